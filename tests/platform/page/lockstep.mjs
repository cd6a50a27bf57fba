// Two ways to have Lockstep behind the page: the real program with its sandbox, or a few lines that answer as it does.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCE, read } from '../project.mjs';

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
 * Answers as Lockstep does: one account of Salesforce, one rule of Zoho (Phone is mandatory).
 * `hold()` keeps answers back until what it returns is called.
 */
export async function standIn() {
    const account = { Id: '001000000000001AAA', Name: 'Magdeburg Maschinen GmbH', Phone: '+49 391 5550100', Zoho_Account_Id__c: null };
    const requests = [];
    let held = Promise.resolve();
    let waits = true;
    const conflicts = [];
    const link = () => [200, {
        linked: Boolean(account.Zoho_Account_Id__c), left_id: account.Id, right_id: account.Zoho_Account_Id__c,
        last_synced_at: account.Zoho_Account_Id__c && '2026-02-18T10:00:00Z', last_run_id: null,
        changed_by: account.Zoho_Account_Id__c && 'Ada Admin', open_conflicts: conflicts
    }];
    const run = (request, text) => {
        const body = JSON.parse(text);
        requests.push({ path: request.url, authorization: request.headers.authorization, body });
        if (!waits) return [202, { status: 'running', run_id: '01M8' }];
        if (!account.Phone)
            return [409, {
                status: 'parked', run_id: '01M8',
                error: { code: 'record_refused', message: 'the vendor refuses the record: Phone is mandatory', field: 'Phone', record: account.Id }
            }];
        const created = account.Zoho_Account_Id__c ? null : 'right';
        account.Zoho_Account_Id__c = ZOHO_ID;
        return [200, { status: 'succeeded', run_id: '01M8', left_id: body.id, right_id: ZOHO_ID, created, changed: { left: [], right: ['Account_Name'] } }];
    };
    const server = await listen(async (request, text) => {
        if (request.method === 'GET') return link();
        await held;
        return run(request, text);
    });
    return {
        address: server.address,
        token: 'for-the-button',
        account: account.Id,
        mandatory: { here: 'Phone', there: 'Phone', value: '+49 391 5550100' },
        requests,
        hold() {
            let release;
            held = new Promise((resolve) => { release = resolve; });
            return release;
        },
        conflict: (field) => conflicts.push({ run: '01M8', field }),
        doNotWait(yes) { waits = !yes; },
        inZoho: async (id) => (id === account.Zoho_Account_Id__c ? { id, Account_Name: account.Name } : undefined),
        read: async () => account,
        write: async (fields) => Object.assign(account, fields),
        close: async () => server.close()
    };
}

/** Starts the program; waits until it has printed `line`. Answers with what ends it, and what it printed. */
function start(program, args, options, line) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        const hear = (chunk) => {
            said += chunk;
            const found = line.exec(said);
            if (found) resolve({ found, child, end: () => new Promise((done) => { child.once('exit', done); child.kill('SIGTERM'); }) });
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.once('exit', (status) => reject(new Error(`${args[0]} ended with ${status}: ${said}`)));
    });
}

async function json(url, options) {
    const response = await fetch(url, options);
    const text = await response.text();
    if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
}

/** Salesforce's REST API, as somebody who is signed in. */
async function salesforce(env) {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: env.SF_CLIENT_ID, client_secret: env.SF_CLIENT_SECRET });
    const { access_token: token } = await json(`${env.SF_LOGIN_URL}/services/oauth2/token`, { method: 'POST', body: form });
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const data = `${env.SF_INSTANCE_URL}/services/data/v60.0`;
    return {
        query: async (soql) => (await json(`${data}/query?q=${encodeURIComponent(soql)}`, { headers })).records,
        read: (id) => json(`${data}/sobjects/Account/${id}`, { headers }),
        write: (id, fields) => json(`${data}/sobjects/Account/${id}`, { method: 'PATCH', headers, body: JSON.stringify(fields) })
    };
}

/** The built-in sync with one pair more: a field that this company's Zoho cannot do without. */
function configuration(folder) {
    const sync = read(SOURCE, 'flows', 'accounts.yaml').replace(/^fields:$/m, 'fields:\n  - { left: Industry, right: Customer_Industry }');
    writeFileSync(join(folder, 'accounts.yaml'), sync);
    const connections = [
        'salesforce: { client_id: "${env.SF_CLIENT_ID}", private_key_path: "${env.SF_PRIVATE_KEY_PATH}", username: "${env.SF_USERNAME}", login_url: "${env.SF_LOGIN_URL}" }',
        'zoho_crm: { client_id: "${env.ZOHO_CLIENT_ID}", client_secret: "${env.ZOHO_CLIENT_SECRET}", refresh_token: "${env.ZOHO_CRM_REFRESH_TOKEN}", ' +
            'accounts_url: "${env.ZOHO_ACCOUNTS_URL}", api_url: "${env.ZOHO_API_URL}" }'
    ];
    writeFileSync(join(folder, 'lockstep.yaml'), `server: { port: 0, api_token: for-the-button }\n` +
        `connections:\n${connections.map((line) => `  ${line}\n`).join('')}flows: { accounts: { file: accounts.yaml, sweep: off } }\n`);
}

/** A real `lockstep sandbox` in a folder; `env` is what its environment file says. */
export async function startSandbox(program, folder) {
    const { end } = await start(program, ['sandbox', '--port', '0', '--env-file', join(folder, 'sandbox.env')], { cwd: folder }, /^environment /m);
    const lines = readFileSync(join(folder, 'sandbox.env'), 'utf8').matchAll(/^(\w+)=(?:'([^']*)'|"([^"]*)"|(.*))$/gm);
    return { end, env: Object.fromEntries([...lines].map(([, name, ...values]) => [name, values.find((value) => value !== undefined)])) };
}

/** Loads a record into the sandbox, or lets something happen in it. */
export const load = (env, object, record) =>
    json(`${env.SANDBOX_CONTROL_URL}/load/${object}`, { method: 'POST', body: JSON.stringify({ records: [record] }) });

/** What the sandbox holds. */
export async function records(env, object) {
    const state = await json(`${env.SANDBOX_CONTROL_URL}/state/${object}`);
    return state.records ?? state;
}

/** A real `lockstep serve` with a real `lockstep sandbox`, whose Zoho has a mandatory field of its own. */
export async function realLockstep(program) {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-platform-'));
    const sandbox = await startSandbox(program, folder);
    const { env } = sandbox;
    await load(env, 'zoho_crm/fields', { module: 'Accounts', api_name: 'Customer_Industry', data_type: 'text', length: 100, mandatory: true });

    configuration(folder);
    const serve = await start(program, ['serve', '--config', join(folder, 'lockstep.yaml')], { cwd: folder, env: { ...process.env, ...env } },
        /(http:\/\/127\.0\.0\.1:\d+)/);
    const rest = await salesforce(env);
    const [{ Id: account }] = await rest.query("SELECT Id FROM Account WHERE Zoho_Account_Id__c = null ORDER BY Id LIMIT 1");
    return {
        address: serve.found[1],
        token: 'for-the-button',
        account,
        mandatory: { here: 'Industry', there: 'Customer_Industry', value: 'Machinery' },
        inZoho: async (id) => (await records(env, 'zoho_crm/Accounts')).find((record) => record.id === id),
        read: () => rest.read(account),
        write: (fields) => rest.write(account, fields),
        async close() {
            await serve.end();
            await sandbox.end();
            rmSync(folder, { recursive: true, force: true });
        }
    };
}
