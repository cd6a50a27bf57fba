import { createElement } from 'lwc';
import ZohoSync from 'c/zohoSync';

jest.mock('@salesforce/apex/AccountSyncController.syncAccountToZoho', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/apex/AccountSyncController.linkOfAccount', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/client/formFactor', () => ({ __esModule: true, default: 'Small' }), { virtual: true });

describe('c-zoho-sync on a phone', () => {
    it('has its button below, as wide as the card', () => {
        const element = createElement('c-zoho-sync', { is: ZohoSync });
        element.recordId = '001000000000001AAA';
        document.body.appendChild(element);
        const buttons = element.shadowRoot.querySelectorAll('lightning-button');
        expect(buttons).toHaveLength(1);
        expect(buttons[0].slot).toBeFalsy();
        expect(buttons[0].stretch).toBe(true);
        element.remove();
    });
});
