// What the functions of Zoho send is what Lockstep listens for, and what the emulated Zoho sends in their place.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listen, load, startSandbox } from './page/lockstep.mjs';
import { SOURCE, ZOHO, filesIn, read } from './project.mjs';

/** A function's head, its call, and the body that it sends for some arguments. Knows the few statements that they use. */
function parsed(file) {
    const text = read(ZOHO, file).replace(/^\s*\/\/.*$/gm, '');
    const [, name, parameters] = /^void automation\.(\w+)\(([^)]*)\)/m.exec(text);
    const [, block] = /invokeurl\s*\[([\s\S]*?)\];/.exec(text);
    const setting = (key) => new RegExp(`^\\s*${key}\\s*:\\s*(.+?)\\s*$`, 'm').exec(block)?.[1];
    const unquoted = (value) => value?.replace(/^"|"$/g, '');
    const bodyFor = (given) => {
        const values = { ...given };
        const evaluated = (expression) => (expression.startsWith('"') ? unquoted(expression) : values[expression]);
        for (const [, variable, value] of text.matchAll(/^\t(\w+) = ("[^"]*");$/gm)) values[variable] = unquoted(value);
        for (const [, left, right, variable, value] of text.matchAll(/if\((\w+) == (\w+)\)\s*\{\s*(\w+) = ("[^"]*");\s*\}/g))
            if (values[left] === values[right]) values[variable] = unquoted(value);
        return Object.fromEntries([...text.matchAll(/body\.put\("(\w+)",([^)]+)\);/g)].map(([, key, expression]) => [key, evaluated(expression)]));
    };
    return {
        name, text, bodyFor,
        arguments: parameters.split(',').map((one) => one.trim().split(' ')[1]),
        url: new URL(unquoted(setting('url'))), type: setting('type'), parameters: setting('parameters'),
        headers: JSON.parse(setting('headers')), connection: unquoted(setting('connection')), detailed: setting('detailed')
    };
}

/** What the emulator's rule for accounts sends, from its source. */
function emulated() {
    const text = read(SOURCE, 'sandbox', 'zoho_crm', 'announce.cpp');
    const [, body] = /Value usual_body\(\) \{\s*return Map\{(.*)\};/.exec(text);
    return {
        keys: [...body.matchAll(/\{"(\w+)",/g)].map((match) => match[1]),
        contentType: /function_request[\s\S]*?"Content-Type", "([^"]+)"/.exec(text)[1],
        method: /std::string [^;]*\bmethod = "(\w+)"/.exec(read(SOURCE, 'sandbox', 'zoho_crm', 'crm.h'))?.[1] ?? 'POST',
        operations: ['create', 'edit', 'delete']
    };
}

const ACCOUNT = { account_id: '4150868000000376008', created_time: '2026-02-18T10:00:00+01:00', modified_time: '2026-02-18T11:00:00+01:00' };

for (const file of ['accounts-changed.deluge', 'accounts-deleted.deluge']) {
    describe(file, () => {
        const its = parsed(file);

        it('calls where Lockstep listens', () => {
            assert.equal(its.url.protocol, 'https:');
            assert.equal(its.url.pathname, '/webhook/zoho/account');
            assert.equal(its.url.search, '');
            assert.ok(read(SOURCE, 'sandbox', 'zoho_crm', 'announce_test.cpp').includes(its.url.pathname));
        });

        it('sends what the emulated rule sends', () => {
            const rule = emulated();
            assert.equal(its.type, rule.method);
            assert.equal(its.headers['Content-Type'], rule.contentType);
            assert.deepEqual(Object.keys(its.bodyFor(ACCOUNT)), rule.keys);
            assert.equal(its.parameters, 'body.toString()');
            assert.ok(rule.operations.includes(its.bodyFor(ACCOUNT).operation));
        });

        it('says which record, and when it changed, and nothing else of it', () => {
            assert.deepEqual(its.bodyFor(ACCOUNT), {
                module: 'Accounts', id: ACCOUNT.account_id, operation: file.includes('deleted') ? 'delete' : 'edit', modified_time: ACCOUNT.modified_time
            });
        });

        it('holds no secret: the connection does', () => {
            assert.equal(its.connection, 'lockstep');
            assert.deepEqual(Object.keys(its.headers), ['Content-Type']);
            assert.doesNotMatch(its.text, /Bearer|token|secret|Authorization/i);
        });

        it('looks at the status, and leaves it to Lockstep to find what it missed', () => {
            assert.equal(its.detailed, 'true');
            assert.match(its.text, /response\.get\("responseCode"\)/);
            assert.match(its.text, /if\(status != 202\)/);
            assert.equal(its.text.match(/invokeurl/g).length, 1);
            assert.doesNotMatch(its.text, /\bfor each\b|\bwhile\b/);
        });

        it('is explained in the README, with its arguments', () => {
            const row = read(ZOHO, 'README.md').split('\n').find((line) => line.startsWith(`| \`${its.name}\``));
            assert.ok(row.includes(file));
            assert.deepEqual([...row.matchAll(/`(\w+)` ←/g)].map((match) => match[1]), its.arguments);
        });
    });
}

it('an account that was just made is told as made', () => {
    const its = parsed('accounts-changed.deluge');
    assert.equal(its.bodyFor({ ...ACCOUNT, created_time: ACCOUNT.modified_time }).operation, 'create');
});

it('the emulated rule calls as the functions do', { skip: !process.env.LOCKSTEP_PROGRAM && 'no lockstep program was given', timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-rule-'));
    const heard = [];
    let tell;
    const server = await listen(async (request, text) => {
        heard.push({ url: request.url, method: request.method, type: request.headers['content-type'], body: JSON.parse(text) });
        tell?.();
        return [202, {}];
    });
    const next = () => new Promise((resolve) => { tell = resolve; });
    const { env, end } = await startSandbox(process.env.LOCKSTEP_PROGRAM, folder);
    try {
        const changed = parsed('accounts-changed.deluge');
        const deleted = parsed('accounts-deleted.deluge');
        await load(env, 'zoho_crm/WorkflowRule', { name: 'Lockstep', module: 'Accounts', url: server.address + changed.url.pathname });
        const act = async (action) => {
            const called = next();
            await load(env, 'zoho_crm/actions', action);
            await called;
            return heard.at(-1);
        };
        const { body: made } = await act({ action: 'create', module: 'Accounts', values: { Account_Name: 'Neue Pumpen GmbH' } });
        const edited = await act({ action: 'edit', module: 'Accounts', id: made.id, values: { Phone: '+49 391 5550100' } });
        const gone = await act({ action: 'delete', module: 'Accounts', id: made.id });
        for (const [its, call, given] of [[changed, edited, { created_time: 'earlier' }], [deleted, gone, {}]]) {
            assert.deepEqual(call, {
                url: its.url.pathname, method: its.type, type: its.headers['Content-Type'],
                body: its.bodyFor({ ...given, account_id: call.body.id, modified_time: call.body.modified_time })
            });
        }
        assert.deepEqual(made, changed.bodyFor({ account_id: made.id, created_time: made.modified_time, modified_time: made.modified_time }));
    } finally {
        await end();
        server.close();
        rmSync(folder, { recursive: true, force: true });
    }
});

describe('the webhooks of Zoho Books', () => {
    const known = /known_fields =([\s\S]*?);/.exec(read(SOURCE, 'sandbox', 'zoho', 'webhook_routes.cpp'))[1].replace(/["\s]+/g, ' ').trim().split(' ');
    for (const file of filesIn(ZOHO).filter((path) => path.endsWith('.json'))) {
        const its = JSON.parse(read(file));
        it(`${its.webhook_name}: is what the API takes`, () => {
            assert.deepEqual(Object.keys(its).filter((name) => !known.includes(name)), []);
            assert.ok(its.webhook_name.length <= 50 && its.description.length <= 100);
            assert.match(its.secret, /^[A-Za-z0-9]{12,50}$/);
            assert.equal(its.method, 'POST');
        });
        it(`${its.webhook_name}: calls where the payment flow listens`, () => {
            assert.ok(read(SOURCE, 'flows', 'payment.yaml').includes(`webhook: ${new URL(its.url).pathname}\n`));
        });
    }
    it('are two', () => assert.equal(filesIn(ZOHO).filter((path) => path.endsWith('.json')).length, 2));
});
