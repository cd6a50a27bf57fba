import { LightningElement, api, wire } from 'lwc';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { getFieldValue, getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import formFactor from '@salesforce/client/formFactor';
import linkOfAccount from '@salesforce/apex/AccountSyncController.linkOfAccount';
import syncAccountToZoho from '@salesforce/apex/AccountSyncController.syncAccountToZoho';
import ZOHO_ID from '@salesforce/schema/Account.Zoho_Account_Id__c';
import STATUS from '@salesforce/schema/Account.Sync_Status__c';
import LAST_SYNCED from '@salesforce/schema/Account.Last_Sync_Date__c';
import LAST_SYNCED_BY from '@salesforce/schema/Account.Last_Synced_By__c';
import changedHereMessage from '@salesforce/label/c.Lockstep_Changed_Here_Message';
import createdMessage from '@salesforce/label/c.Lockstep_Created_Message';
import fieldProblem from '@salesforce/label/c.Lockstep_Field_Problem';
import lastSynced from '@salesforce/label/c.Lockstep_Last_Synced';
import neverSynced from '@salesforce/label/c.Lockstep_Never_Synced';
import notSyncedTitle from '@salesforce/label/c.Lockstep_Not_Synced_Title';
import openConflicts from '@salesforce/label/c.Lockstep_Open_Conflicts';
import runningMessage from '@salesforce/label/c.Lockstep_Running_Message';
import runningTitle from '@salesforce/label/c.Lockstep_Running_Title';
import status from '@salesforce/label/c.Lockstep_Status';
import syncNow from '@salesforce/label/c.Lockstep_Sync_Now';
import syncedBy from '@salesforce/label/c.Lockstep_Synced_By';
import syncedTitle from '@salesforce/label/c.Lockstep_Synced_Title';
import syncing from '@salesforce/label/c.Lockstep_Syncing';
import title from '@salesforce/label/c.Lockstep_Zoho_Title';
import unchangedMessage from '@salesforce/label/c.Lockstep_Unchanged_Message';
import unknownProblem from '@salesforce/label/c.Lockstep_Unknown_Problem';
import updatedMessage from '@salesforce/label/c.Lockstep_Updated_Message';
import zohoId from '@salesforce/label/c.Lockstep_Zoho_Id';

/** Puts values in the places of `{0}`, `{1}`, … of a label. */
function fill(label, ...values) {
    return label.replace(/\{(\d+)\}/g, (place, index) => values[index] ?? place);
}

function successMessage({ zohoId: id, created, changedInZoho = [], changedInSalesforce = [] }) {
    const sentences = [];
    if (created) {
        sentences.push(fill(createdMessage, id));
    } else if (changedInZoho.length > 0) {
        sentences.push(fill(updatedMessage, id, changedInZoho.join(', ')));
    } else {
        sentences.push(fill(unchangedMessage, id));
    }
    if (changedInSalesforce.length > 0) {
        sentences.push(fill(changedHereMessage, changedInSalesforce.join(', ')));
    }
    return sentences.join(' ');
}

function problemOf({ errorField, errorMessage }) {
    const reason = errorMessage || unknownProblem;
    return errorField ? fill(fieldProblem, errorField, reason) : reason;
}

/** Shows how an account is linked with Zoho CRM, and syncs it when the button is pressed. */
export default class ZohoSync extends LightningElement {
    @api recordId;

    // Optional: whoever may not see one of the fields sees the rest.
    @wire(getRecord, { recordId: '$recordId', optionalFields: [ZOHO_ID, STATUS, LAST_SYNCED, LAST_SYNCED_BY] })
    account;

    label = { lastSynced, neverSynced, status, syncing, title, zohoId };
    /** What Lockstep knows of the link: it also syncs without this button. */
    link;
    isRunning = false;
    problem;
    announcement = '';
    givesFocusBack = false;

    get zohoId() {
        return this.link?.zohoId || this.fieldValue(ZOHO_ID);
    }

    /** What the record says; what this page has just been told says it better. */
    get status() {
        return this.problem ? undefined : this.fieldValue(STATUS);
    }

    get lastSynced() {
        return this.link?.lastSyncedAt || this.fieldValue(LAST_SYNCED);
    }

    get lastSyncedBy() {
        const name = this.link?.lastSyncedAt ? this.link.lastSyncedBy : this.fieldValue(LAST_SYNCED_BY);
        return name && fill(syncedBy, name);
    }

    get conflicts() {
        return this.link?.openConflicts?.length ? fill(openConflicts, this.link.openConflicts.join(', ')) : undefined;
    }

    get isLinked() {
        return Boolean(this.zohoId);
    }

    get busy() {
        return String(this.isRunning);
    }

    get buttonLabel() {
        return this.isRunning ? syncing : syncNow;
    }

    /** On a phone the button stands below and is as wide as the card. */
    get hasButtonBelow() {
        return formFactor === 'Small';
    }

    get hasButtonInHeader() {
        return !this.hasButtonBelow;
    }

    connectedCallback() {
        this.readLink();
    }

    renderedCallback() {
        // A disabled button loses the keyboard's focus; whoever pressed it gets it back.
        if (this.givesFocusBack && !this.isRunning) {
            this.givesFocusBack = false;
            this.template.querySelector('lightning-button').focus();
        }
    }

    async handleSync() {
        if (this.isRunning) {
            return;
        }
        this.isRunning = true;
        this.problem = undefined;
        this.announcement = syncing;
        try {
            this.show(await syncAccountToZoho({ accountId: this.recordId }));
        } catch (failure) {
            this.tell('error', notSyncedTitle, failure?.body?.message || unknownProblem);
        } finally {
            this.isRunning = false;
            this.givesFocusBack = true;
        }
        await Promise.all([notifyRecordUpdateAvailable([{ recordId: this.recordId }]), this.readLink()]);
    }

    async readLink() {
        try {
            this.link = await linkOfAccount({ accountId: this.recordId });
        } catch {
            // The fields of the account say what they know.
            this.link = undefined;
        }
    }

    show(outcome) {
        if (outcome.status === 'succeeded') {
            this.tell('success', syncedTitle, successMessage(outcome));
        } else if (outcome.status === 'running') {
            this.tell('info', runningTitle, runningMessage);
        } else {
            this.tell('error', notSyncedTitle, problemOf(outcome));
        }
    }

    tell(variant, heading, message) {
        this.announcement = `${heading}. ${message}`;
        this.problem = variant === 'error' ? message : undefined;
        // An error stays until it is closed: there is something to read and to do.
        const mode = variant === 'error' ? 'sticky' : 'dismissible';
        this.dispatchEvent(new ShowToastEvent({ title: heading, message, variant, mode }));
    }

    fieldValue(field) {
        return this.account?.data ? getFieldValue(this.account.data, field) : undefined;
    }
}
