// The page of an account: the component, and toasts where Salesforce shows them.
import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import Toast from 'lightning/toast';
import ToastContainer from 'lightning/toastContainer';
import ZohoSync from 'c/zohoSync';

ToastContainer.instance();

const place = document.querySelector('#component');
place.addEventListener('lightning__showtoast', (event) => {
    // The page's own event says `title` where the base component says `label`.
    event.stopPropagation();
    const { title, message, variant, mode } = event.detail;
    Toast.show({ label: title, message, variant, mode });
});

const element = createElement('c-zoho-sync', { is: ZohoSync });
element.recordId = new URLSearchParams(location.search).get('recordId');
place.appendChild(element);
