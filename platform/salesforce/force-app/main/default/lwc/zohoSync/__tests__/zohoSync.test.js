import { createElement } from 'lwc';
import { getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import linkOfAccount from '@salesforce/apex/AccountSyncController.linkOfAccount';
import syncAccountToZoho from '@salesforce/apex/AccountSyncController.syncAccountToZoho';
import ZohoSync from 'c/zohoSync';

jest.mock('@salesforce/apex/AccountSyncController.syncAccountToZoho', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/apex/AccountSyncController.linkOfAccount', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/client/formFactor', () => ({ __esModule: true, default: 'Large' }), { virtual: true });

const RECORD_ID = '001000000000001AAA';
const ZOHO_ID = '4150868000000376008';
const LINKED = {
    Zoho_Account_Id__c: { value: ZOHO_ID },
    Sync_Status__c: { value: 'Synced' },
    Last_Sync_Date__c: { value: '2026-02-18T10:00:00.000Z' },
    Last_Synced_By__c: { value: 'Ada' }
};

/** An answer that comes when the test says so. */
function later() {
    const answer = {};
    answer.promise = new Promise((resolve, reject) => Object.assign(answer, { resolve, reject }));
    return answer;
}

async function settled() {
    for (let turn = 0; turn < 5; turn++) {
        // eslint-disable-next-line no-await-in-loop
        await Promise.resolve();
    }
}

describe('c-zoho-sync', () => {
    let element;
    let toasts;

    function open(fields) {
        element = createElement('c-zoho-sync', { is: ZohoSync });
        element.recordId = RECORD_ID;
        toasts = [];
        element.addEventListener('lightning__showtoast', (event) => toasts.push(event.detail));
        document.body.appendChild(element);
        if (fields) {
            getRecord.emit({ id: RECORD_ID, apiName: 'Account', fields });
        }
        return settled();
    }

    const find = (selector) => element.shadowRoot.querySelector(selector);
    const text = (id) => find(`[data-id="${id}"]`)?.textContent.trim();
    const button = () => find('lightning-button');

    async function press(outcome) {
        syncAccountToZoho.mockResolvedValue({ changedInZoho: [], changedInSalesforce: [], ...outcome });
        button().click();
        await settled();
    }

    beforeEach(() => linkOfAccount.mockResolvedValue(null));
    afterEach(() => {
        element.remove();
        jest.clearAllMocks();
    });

    it('shows the link, when it was synced last, and by whom', async () => {
        await open(LINKED);
        expect(text('zoho-id')).toBe(ZOHO_ID);
        expect(text('status')).toBe('Synced');
        expect(find('lightning-formatted-date-time').value).toBe('2026-02-18T10:00:00.000Z');
        expect(text('synced-by')).toContain('c.Lockstep_Synced_By');
        expect(text('not-linked')).toBeUndefined();
    });

    it('believes Lockstep more than the fields: it also syncs without the button', async () => {
        linkOfAccount.mockResolvedValue({ zohoId: '77', lastSyncedAt: '2026-02-19T08:00:00Z', lastSyncedBy: 'Grace', openConflicts: [] });
        await open(LINKED);
        expect(linkOfAccount).toHaveBeenCalledWith({ accountId: RECORD_ID });
        expect(text('zoho-id')).toBe('77');
        expect(find('lightning-formatted-date-time').value).toBe('2026-02-19T08:00:00Z');
        expect(text('conflicts')).toBeUndefined();
    });

    it('tells of conflicts that wait for a person', async () => {
        linkOfAccount.mockResolvedValue({ zohoId: '77', openConflicts: ['Phone'] });
        await open(LINKED);
        expect(text('conflicts')).toContain('c.Lockstep_Open_Conflicts');
    });

    it('shows the fields where Lockstep does not answer', async () => {
        linkOfAccount.mockRejectedValue({ body: { message: 'no access' } });
        await open(LINKED);
        expect(text('zoho-id')).toBe(ZOHO_ID);
        expect(toasts).toHaveLength(0);
    });

    it('asks again after a sync', async () => {
        await open({});
        linkOfAccount.mockResolvedValue({ zohoId: '77' });
        await press({ status: 'succeeded', zohoId: '77', created: true });
        expect(text('zoho-id')).toBe('77');
    });

    it('says that an account is not linked, and why if it was tried', async () => {
        await open({ Sync_Status__c: { value: 'Parked: Industry: required field not found' } });
        expect(text('not-linked')).toBe('c.Lockstep_Never_Synced');
        expect(text('status')).toBe('Parked: Industry: required field not found');
    });

    it('works for whoever may not see the fields', async () => {
        await open({});
        expect(text('not-linked')).toBe('c.Lockstep_Never_Synced');
        expect(button().disabled).toBe(false);
    });

    it('syncs the account of the page and says so with the id of the record in Zoho', async () => {
        await open(LINKED);
        await press({ status: 'succeeded', zohoId: ZOHO_ID, changedInZoho: ['Account_Name'] });
        expect(syncAccountToZoho).toHaveBeenCalledWith({ accountId: RECORD_ID });
        expect(toasts).toHaveLength(1);
        expect(toasts[0]).toMatchObject({ variant: 'success', title: 'c.Lockstep_Synced_Title' });
        expect(toasts[0].message).toContain('c.Lockstep_Updated_Message');
        expect(notifyRecordUpdateAvailable).toHaveBeenCalledWith([{ recordId: RECORD_ID }]);
    });

    it.each([
        [{ created: true }, 'c.Lockstep_Created_Message'],
        [{ changedInZoho: [] }, 'c.Lockstep_Unchanged_Message'],
        [{ changedInSalesforce: ['Phone'] }, 'c.Lockstep_Changed_Here_Message']
    ])('tells what was done: %j', async (outcome, label) => {
        await open(LINKED);
        await press({ status: 'succeeded', zohoId: ZOHO_ID, ...outcome });
        expect(toasts[0].message).toContain(label);
    });

    it('shows the field and the reason of a refusal, in a toast that stays and on the card', async () => {
        await open(LINKED);
        await press({ status: 'failed', errorField: 'Industry', errorMessage: 'required field not found' });
        expect(toasts[0]).toMatchObject({ variant: 'error', mode: 'sticky', title: 'c.Lockstep_Not_Synced_Title' });
        expect(toasts[0].message).toContain('c.Lockstep_Field_Problem');
        expect(text('problem')).toBe(toasts[0].message);
        expect(notifyRecordUpdateAvailable).toHaveBeenCalled();
    });

    it('shows a reason without a field, and something if there is no reason', async () => {
        await open(LINKED);
        await press({ status: 'failed', errorMessage: 'No answer in time.' });
        await press({ status: 'failed' });
        expect(toasts.map((toast) => toast.message)).toEqual(['No answer in time.', 'c.Lockstep_Unknown_Problem']);
    });

    it('forgets a problem that is mended', async () => {
        await open(LINKED);
        await press({ status: 'failed', errorMessage: 'No answer in time.' });
        await press({ status: 'succeeded', zohoId: ZOHO_ID });
        expect(find('[data-id="problem"]')).toBeNull();
    });

    it('says that a sync goes on', async () => {
        await open(LINKED);
        await press({ status: 'running', runId: '01M8' });
        expect(toasts[0]).toMatchObject({ variant: 'info', title: 'c.Lockstep_Running_Title' });
    });

    it('survives a server that fails altogether', async () => {
        await open(LINKED);
        syncAccountToZoho.mockRejectedValue({ body: { message: 'You do not have access to the Apex class' } });
        button().click();
        await settled();
        expect(toasts[0]).toMatchObject({ variant: 'error', message: 'You do not have access to the Apex class' });
        expect(button().disabled).toBe(false);
    });

    it('is disabled while it runs, shows a spinner and calls once', async () => {
        await open(LINKED);
        const answer = later();
        syncAccountToZoho.mockReturnValue(answer.promise);
        button().click();
        await settled();
        expect(button().disabled).toBe(true);
        expect(find('lightning-spinner')).not.toBeNull();
        expect(find('[aria-busy]').getAttribute('aria-busy')).toBe('true');
        button().click();
        await settled();
        expect(syncAccountToZoho).toHaveBeenCalledTimes(1);
        answer.resolve({ status: 'succeeded', zohoId: ZOHO_ID });
        await settled();
        expect(button().disabled).toBe(false);
        expect(find('lightning-spinner')).toBeNull();
        expect(find('[aria-busy]').getAttribute('aria-busy')).toBe('false');
    });

    it('tells those who listen what happens', async () => {
        await open(LINKED);
        const region = find('[aria-live="polite"]');
        expect(region.getAttribute('role')).toBe('status');
        const answer = later();
        syncAccountToZoho.mockReturnValue(answer.promise);
        button().click();
        await settled();
        expect(region.textContent).toBe('c.Lockstep_Syncing');
        answer.resolve({ status: 'failed', errorMessage: 'No answer in time.' });
        await settled();
        expect(region.textContent).toContain('No answer in time.');
    });

    it('stands in the header of the card on a desktop', async () => {
        await open(LINKED);
        expect(button().slot).toBe('actions');
        expect(find('lightning-button[stretch]')).toBeNull();
    });
});
