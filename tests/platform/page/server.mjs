// A thin stand-in for Salesforce: the account page, records, and what AccountSyncController and LockstepAccountSync do, in the
// same steps, so that the component speaks to Lockstep as it does from an organisation.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN, read } from '../project.mjs';
import { bundle } from './bundle.mjs';
import { listen } from './lockstep.mjs';

const require = createRequire(import.meta.url);
const HERE = dirname(fileURLToPath(import.meta.url));
const DESIGN_SYSTEM = join(dirname(require.resolve('@salesforce-ux/design-system/package.json')), 'assets');
const TYPES = { css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2', woff: 'font/woff', png: 'image/png' };

const label = (name) => new RegExp(`<fullName>${name}</fullName>[\\s\\S]*?<value>([^<]*)`).exec(read(MAIN, 'labels', 'CustomLabels.labels-meta.xml'))[1];
const failed = (errorCode, errorMessage, errorField) => ({ status: 'failed', errorCode, errorMessage, errorField, changedInZoho: [], changedInSalesforce: [] });

/** LockstepAccountSync.run of one account. */
async function sync(lockstep, accountId) {
    let response;
    try {
        response = await fetch(`${lockstep.address}/api/v1/syncs/accounts/run`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Accept: 'application/json', Authorization: `Bearer ${lockstep.token}` },
            body: JSON.stringify({ side: 'left', id: accountId, wait_ms: 20000, by: 'Ada Admin' })
        });
    } catch {
        return failed('unreachable', label('Lockstep_Unreachable'));
    }
    const answer = await response.json().catch(() => ({}));
    if (response.status === 200 && answer.status !== 'succeeded' && !answer.right_id) return failed(answer.status, answer.reason);
    if (response.status === 200)
        return {
            status: 'succeeded', zohoId: answer.right_id, created: answer.created === 'right', runId: answer.run_id,
            changedInZoho: answer.changed?.right ?? [], changedInSalesforce: answer.changed?.left ?? []
        };
    if (response.status === 202) return { status: 'running', runId: answer.run_id };
    if (answer.error) return { ...failed(answer.error.code, answer.error.message, answer.error.field), runId: answer.run_id };
    return failed('not_understood', label('Lockstep_Not_Understood').replace('{0}', response.status));
}

/** LockstepAccountSync.linkOf. */
async function linkOf(lockstep, accountId) {
    const response = await fetch(`${lockstep.address}/api/v1/syncs/accounts/records/left/${accountId}`,
        { headers: { Accept: 'application/json', Authorization: `Bearer ${lockstep.token}` } }).catch(() => null);
    if (response?.status !== 200) return null;
    const answer = await response.json();
    return { zohoId: answer.right_id, lastSyncedAt: answer.last_synced_at, lastSyncedBy: answer.changed_by, openConflicts: (answer.open_conflicts ?? []).map(({ field }) => field) };
}

/** AccountSyncStatus.write of one account. */
async function writeStatus(lockstep, outcome) {
    if (outcome.status === 'succeeded')
        await lockstep.write({ Sync_Status__c: 'Synced', Last_Sync_Date__c: new Date().toISOString(), Last_Synced_By__c: 'Ada Admin', Zoho_Account_Id__c: outcome.zohoId });
    else if (outcome.status === 'failed')
        await lockstep.write({ Sync_Status__c: `Parked: ${outcome.errorField ? `${outcome.errorField}: ` : ''}${outcome.errorMessage}`.slice(0, 255) });
}

/** Serves the page for a Lockstep; answers with its address. */
export async function servePage(lockstep) {
    const script = await bundle();
    const files = {
        '/': ['text/html', readFileSync(join(HERE, 'page.html'), 'utf8')],
        '/page.js': ['text/javascript', script]
    };
    return listen(async (request, text) => {
        const url = new URL(request.url, 'http://page');
        if (files[url.pathname]) return [200, files[url.pathname][1], files[url.pathname][0]];
        if (url.pathname.startsWith('/assets/') && !url.pathname.includes('..')) {
            const path = join(DESIGN_SYSTEM, url.pathname.slice('/assets/'.length));
            return existsSync(path) ? [200, readFileSync(path), TYPES[path.split('.').pop()] ?? 'application/octet-stream'] : [404, {}];
        }
        if (url.pathname.startsWith('/record/')) {
            const record = await lockstep.read();
            const asked = url.searchParams.get('fields').split(',');
            return [200, { id: record.Id, apiName: 'Account', fields: Object.fromEntries(asked.map((name) => [name, { value: record[name] ?? null }])) }];
        }
        if (url.pathname === '/apex/AccountSyncController/syncAccountToZoho') {
            const outcome = await sync(lockstep, JSON.parse(text).accountId);
            await writeStatus(lockstep, outcome);
            return [200, outcome];
        }
        if (url.pathname === '/apex/AccountSyncController/linkOfAccount') return [200, await linkOf(lockstep, JSON.parse(text).accountId)];
        return [404, { message: `nothing at ${url.pathname}` }];
    });
}
