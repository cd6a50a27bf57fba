// Two ways to have Lockstep behind the page: the real program with its sandbox, or a few lines that answer as it does.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ZOHO_ID = '4150868000000376008';

/** Starts a server on a free port of the loopback address; answers with its address. */
export function listen(handle) {
    return new Promise((resolve) => {
        const server = createServer(async (request, response) => {
            const chunks = [];
            for await (const chunk of request) chunks.push(chunk);
            const [status, body, type = 'application/json'] = await handle(request, Buffer.concat(chunks).toString());
            response.writeHead(status, { 'Content-Type': type });
            response.end(type === 'application/json' ? JSON.stringify(body) : body);
        });
        server.listen(0, '127.0.0.1', () => resolve({ address: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } }));
    });
}

/**
 * Answers as Lockstep does: one account of Salesforce, one rule of Zoho (Industry is mandatory).
 * `hold()` keeps answers back until what it returns is called.
 */
export async function standIn() {
    const account = { Id: '001000000000001AAA', Name: 'Magdeburg Maschinen GmbH', Industry: 'Machinery', Zoho_Account_Id__c: null };
    const requests = [];
    let held = Promise.resolve();
    let waits = true;
    const run = (request, text) => {
        const body = JSON.parse(text);
        requests.push({ path: request.url, authorization: request.headers.authorization, body });
        if (!waits) return [202, { status: 'running', run_id: '01M8' }];
        if (!account.Industry)
            return [409, {
                status: 'parked', run_id: '01M8',
                error: { code: 'record_refused', message: 'required field not found', field: 'Industry', record: account.Id }
            }];
        const created = !account.Zoho_Account_Id__c;
        account.Zoho_Account_Id__c = ZOHO_ID;
        return [200, { status: 'succeeded', run_id: '01M8', left_id: body.id, right_id: ZOHO_ID, created, changed: { left: [], right: ['Account_Name'] } }];
    };
    const server = await listen(async (request, text) => {
        await held;
        return run(request, text);
    });
    return {
        address: server.address,
        token: 'for-the-button',
        account: account.Id,
        requests,
        hold() {
            let release;
            held = new Promise((resolve) => { release = resolve; });
            return release;
        },
        doNotWait(yes) { waits = !yes; },
        read: async () => account,
        write: async (fields) => Object.assign(account, fields),
        close: async () => server.close()
    };
}

/** A real `lockstep serve` with a real `lockstep sandbox`. */
export async function realLockstep() {
    throw new Error('not yet');
}
