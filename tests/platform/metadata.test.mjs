// The metadata is what Salesforce's own tools take it for, complete, and says nothing twice or wrongly.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MAIN, SALESFORCE, SOURCE, blocks, filesEnding, filesIn, packages, project, read, texts } from './project.mjs';

const { ComponentSet, MetadataConverter } = createRequire(import.meta.url)('@salesforce/source-deploy-retrieve');

const componentsOf = (path) => ComponentSet.fromSource({ fsPaths: [join(SALESFORCE, path)] });
const names = (components) => [...components].map((component) => `${component.type.name}:${component.fullName}`).sort();
/** Their parts, where they have some: an object that is deployed whole is fields and views in the source. */
const partsOf = (components) => [...components].flatMap((component) => (component.getChildren().length ? component.getChildren() : [component]));
const tests = (path) => path.includes('__tests__');

/** The files that a component consists of. */
function filesOf(component) {
    const children = component.getChildren().flatMap(filesOf);
    return [component.xml, ...component.walkContent(), ...children].filter(Boolean);
}

/** The files that are part of no component. */
function unknownFiles(folder) {
    const known = new Set([...ComponentSet.fromSource({ fsPaths: [folder] }).getSourceComponents()].flatMap(filesOf));
    return filesIn(folder).filter((file) => !tests(file) && !known.has(file));
}

/** {object: [field]} of all custom fields. */
function customFields() {
    const fields = {};
    for (const file of filesEnding('.field-meta.xml').filter((path) => !path.includes('__mdt'))) {
        const [object, , name] = relative(join(MAIN, 'objects'), join(SALESFORCE, file)).split('/');
        (fields[object] ??= []).push(basename(name, '.field-meta.xml'));
    }
    return fields;
}

describe('the SFDX project', () => {
    let scratch;
    before(() => { scratch = mkdtempSync(join(tmpdir(), 'lockstep-metadata-')); });
    after(() => rmSync(scratch, { recursive: true, force: true }));

    it('is for API version 60.0', () => assert.equal(project.sourceApiVersion, '60.0'));

    for (const path of packages) {
        it(`${path}: every file is part of a component that is known`, () => {
            assert.deepEqual(unknownFiles(join(SALESFORCE, path)), []);
            assert.ok(componentsOf(path).size > 0);
        });

        it(`${path}: converts to what is deployed and back, and nothing is lost`, async () => {
            const components = componentsOf(path);
            components.sourceApiVersion = project.sourceApiVersion;
            const deployed = join(scratch, path, 'deployed');
            await new MetadataConverter().convert(components, 'metadata', { type: 'directory', outputDirectory: deployed, genUniqueDir: false });
            const manifest = read(deployed, 'package.xml');
            assert.deepEqual(texts(manifest, 'version'), ['60.0']);
            // A report's folder is deployed as a report.
            for (const component of components.getSourceComponents())
                assert.ok(texts(manifest, 'members').includes(component.fullName), component.fullName);

            const back = join(scratch, path, 'back');
            mkdirSync(back, { recursive: true });
            writeFileSync(join(scratch, path, 'sfdx-project.json'), JSON.stringify({ packageDirectories: [{ path: 'back', default: true }] }));
            await new MetadataConverter().convert(ComponentSet.fromSource(deployed), 'source', { type: 'directory', outputDirectory: back, genUniqueDir: false });
            assert.deepEqual(names(partsOf(ComponentSet.fromSource(back).getSourceComponents())), names(partsOf(components.getSourceComponents())));
        });
    }

    it('a file that is no metadata is noticed', () => {
        const folder = join(scratch, 'canary', 'classes');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'Lonely.clz'), 'public class Lonely {}');
        writeFileSync(join(folder, 'Known.cls'), 'public class Known {}');
        writeFileSync(join(folder, 'Known.cls-meta.xml'), '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>60.0</apiVersion></ApexClass>');
        assert.deepEqual(unknownFiles(folder), [join(folder, 'Lonely.clz')]);
    });

    it('can be taken out again whole', () => {
        const destructive = read(SALESFORCE, 'undo', 'destructiveChanges.xml');
        const listed = blocks(destructive, 'types').flatMap((block) => texts(block, 'members').map((member) => `${texts(block, 'name')[0]}:${member}`));
        const parts = [...componentsOf('force-app').getSourceComponents()].flatMap((component) =>
            // What is inside another organisation's own objects is taken out piece by piece.
            ['CustomLabels', 'Workflow'].includes(component.type.name) ? component.getChildren() : [component]);
        assert.deepEqual(listed.sort(), names(parts).map((name) => name.replace(/^ReportFolder:/, 'Report:')).sort());
        assert.deepEqual(texts(read(SALESFORCE, 'undo', 'package.xml'), 'members'), []);
    });

    it('every placeholder is replaced at deployment, and every replacement finds its place', () => {
        const replaced = new Map();
        for (const { filename, glob, stringToReplace } of project.replacements) {
            const pattern = new RegExp(`^${(filename ?? glob).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
            const files = filesEnding('-meta.xml').filter((file) => pattern.test(file));
            assert.ok(files.length > 0, `${filename ?? glob} is no file`);
            for (const file of files) {
                assert.ok(read(SALESFORCE, file).includes(stringToReplace), `${file} has no ${stringToReplace}`);
                replaced.set(file, [...(replaced.get(file) ?? []), stringToReplace]);
            }
        }
        for (const file of filesEnding('-meta.xml')) {
            const rest = (replaced.get(file) ?? []).reduce((text, place) => text.replaceAll(place, ''), read(SALESFORCE, file));
            assert.doesNotMatch(rest, /example|LOCKSTEP_|ZOHO_|token=\w/, file);
        }
    });
});

describe('custom fields', () => {
    const fields = customFields();
    const all = Object.entries(fields).flatMap(([object, list]) => list.map((name) => `${object}.${name}`));

    it('have a description and a help text', () => {
        for (const file of filesEnding('.field-meta.xml')) {
            const xml = read(SALESFORCE, file);
            for (const element of ['description', 'inlineHelpText']) assert.ok(texts(xml, element)[0]?.length > 10, `${file}: ${element}`);
        }
    });

    it('are all those that the flows and syncs name', () => {
        const named = filesIn(join(SOURCE, 'flows')).filter((path) => /\.yaml$/.test(path)).flatMap((path) => read(path).match(/\b[A-Za-z]\w*__c\b/g) ?? []);
        assert.ok(named.includes('SAP_Order_Number__c'));
        const known = Object.values(fields).flat();
        assert.deepEqual([...new Set(named)].filter((name) => !known.includes(name)), []);
    });

    it('are as README.md says', () => {
        const rows = [...read(SOURCE, 'README.md').matchAll(/\| `(\w+__c)` \| (\w+)(?: (\d+))?(.*)\|/g)];
        assert.ok(rows.length >= 8);
        for (const [, name, , length, rest] of rows) {
            const xml = read(MAIN, 'objects', 'Opportunity', 'fields', `${name}.field-meta.xml`);
            if (length) assert.equal(texts(xml, 'length')[0], length, name);
            if (rest.includes('unique')) assert.equal(texts(xml, 'unique')[0], 'true', name);
        }
    });

    it('that hold ids of Zoho are unique and tell capitals apart', () => {
        for (const [object, name] of [['Account', 'Zoho_Account_Id__c'], ['Contact', 'Zoho_Contact_Id__c']]) {
            const xml = read(MAIN, 'objects', object, 'fields', `${name}.field-meta.xml`);
            for (const [element, value] of [['type', 'Text'], ['length', '30'], ['externalId', 'true'], ['unique', 'true'], ['caseSensitive', 'true']])
                assert.equal(texts(xml, element)[0], value, `${name}: ${element}`);
        }
    });

    const permissions = (name) => blocks(read(MAIN, 'permissionsets', `${name}.permissionset-meta.xml`), 'fieldPermissions')
        .map((block) => ({ field: texts(block, 'field')[0], editable: texts(block, 'editable')[0] === 'true' }));

    it('are written by the integration user and read by people', () => {
        const thresholds = 'Product2.Low_Stock_Threshold__c';  // people's to say
        for (const field of all) {
            assert.deepEqual(permissions('Lockstep_Integration').filter((one) => one.field === field), [{ field, editable: field !== thresholds }]);
            assert.deepEqual(permissions('Lockstep_User').filter((one) => one.field === field), [{ field, editable: field === thresholds }]);
        }
    });

    it('of which a permission set speaks exist', () => {
        const custom = [...permissions('Lockstep_Integration'), ...permissions('Lockstep_User')].map(({ field }) => field).filter((field) => field.endsWith('__c'));
        assert.deepEqual(custom.filter((field) => !all.includes(field)), []);
    });
});

describe('standard fields', () => {
    /** The fields of Salesforce that a sync carries. */
    const synced = (name) => [...read(SOURCE, 'flows', name).matchAll(/^  - (?:\{ left: |\[)(\w+)/gm)].map((match) => match[1]);
    // The parts of an address go by its name; a name needs no permission.
    const permission = (object, field) => `${object}.${field.replace(/^(Billing|Shipping|Mailing)\w+$/, '$1Address')}`;
    const always = ['Account.Name', 'Contact.FirstName', 'Contact.LastName'];

    for (const [file, object] of [['accounts.yaml', 'Account'], ['contacts.yaml', 'Contact']])
        it(`that flows/${file} carries may be written by the integration user`, () => {
            const fields = synced(file);
            assert.ok(fields.length > 5);
            const editable = blocks(read(MAIN, 'permissionsets', 'Lockstep_Integration.permissionset-meta.xml'), 'fieldPermissions')
                .filter((block) => texts(block, 'editable')[0] === 'true').map((block) => texts(block, 'field')[0]);
            assert.deepEqual(fields.map((field) => permission(object, field)).filter((name) => !always.includes(name) && !editable.includes(name)), []);
        });

    it('that flows/accounts.yaml carries are those whose edits are told', () => {
        for (const file of [...filesEnding('.flow-meta.xml'), ...filesEnding('.workflow-meta.xml')].filter((path) => /Account/.test(path))) {
            const formulas = [...texts(read(SALESFORCE, file), 'filterFormula'), ...texts(read(SALESFORCE, file), 'formula')];
            for (const formula of formulas) {
                const watched = [...formula.matchAll(/ISCHANGED\((?:\{!\$Record\.)?(\w+)/g)].map((match) => match[1]);
                // Whether a flow's entry formula may look at a long text is not documented: an edit of it alone is found by polling.
                assert.deepEqual(synced('accounts.yaml').filter((name) => !watched.includes(name) && name !== 'Description'), [], file);
            }
        }
    });
});

describe('permission sets', () => {
    it('delete nothing and see no more than they need', () => {
        for (const file of filesEnding('.permissionset-meta.xml')) {
            const xml = read(SALESFORCE, file);
            assert.deepEqual([...texts(xml, 'allowDelete'), ...texts(xml, 'modifyAllRecords')].filter((value) => value !== 'false'), [], file);
            assert.deepEqual(blocks(xml, 'userPermissions').flatMap((block) => texts(block, 'name')).filter((name) => name !== 'ApiEnabled'), [], file);
        }
    });

    it('name classes, permissions and principals that exist', () => {
        const classes = filesEnding('.cls').map((file) => basename(file, '.cls'));
        const principals = filesEnding('.externalCredential-meta.xml').flatMap((file) =>
            blocks(read(SALESFORCE, file), 'externalCredentialParameters')
                .filter((block) => texts(block, 'parameterType')[0] === 'NamedPrincipal')
                .map((block) => `${basename(file, '.externalCredential-meta.xml')}-${texts(block, 'parameterName')[0]}`));
        assert.ok(principals.length === 3);
        for (const file of filesEnding('.permissionset-meta.xml')) {
            const xml = read(SALESFORCE, file);
            for (const name of texts(xml, 'apexClass')) assert.ok(classes.includes(name), name);
            for (const name of texts(xml, 'externalCredentialPrincipal')) assert.ok(principals.includes(name), name);
            for (const name of blocks(xml, 'customPermissions').flatMap((block) => texts(block, 'name')))
                assert.ok(existsSync(join(MAIN, 'customPermissions', `${name}.customPermission-meta.xml`)), name);
        }
    });
});

describe('triggers', () => {
    const messages = filesEnding('.workflow-meta.xml').flatMap((file) =>
        blocks(read(SALESFORCE, file), 'outboundMessages').map((block) => ({ name: `${basename(file).split('.')[0]}.${texts(block, 'fullName')[0]}`, block })));

    it('outbound messages carry the id and when it changed, no session, and go where Lockstep listens', () => {
        assert.deepEqual(messages.map(({ name }) => name).sort(), ['Account.Lockstep_Account_Changed', 'Opportunity.Lockstep_Deal_Closed']);
        for (const { block } of messages) {
            assert.deepEqual(texts(block, 'fields'), ['Id', 'SystemModstamp']);
            assert.deepEqual(texts(block, 'includeSessionId'), ['false']);
            assert.match(texts(block, 'endpointUrl')[0], /^https:\/\/[^/]+\/webhook\/salesforce\/outbound-message\?token=LOCKSTEP_WEBHOOK_SECRET$/);
        }
        assert.ok(read(SOURCE, 'docs', 'flows.md').includes('/webhook/salesforce/outbound-message'));
    });

    it('flows and rules send messages, or call classes, that exist', () => {
        const sent = filesEnding('.flow-meta.xml').map((file) => read(SALESFORCE, file));
        assert.equal(sent.length, 3);
        for (const xml of sent) {
            const [type] = texts(xml, 'actionType');
            const [action] = texts(xml, 'actionName');
            if (type === 'outboundMessage') assert.ok(messages.some(({ name }) => name === action), action);
            else assert.ok(filesEnding('.cls').some((file) => basename(file, '.cls') === action), action);
        }
        for (const file of filesEnding('.workflow-meta.xml'))
            for (const rule of blocks(read(SALESFORCE, file), 'rules'))
                assert.ok(messages.some(({ name }) => name === `${basename(file).split('.')[0]}.${texts(blocks(rule, 'actions')[0], 'name')[0]}`));
    });

    it('of two ways only one is on', () => {
        for (const file of filesEnding('.flow-meta.xml'))
            assert.deepEqual(texts(read(SALESFORCE, file), 'status'), [file.startsWith('force-app') ? 'Active' : 'Draft'], file);
    });

    it('the status that a sync leaves behind starts no other sync', () => {
        for (const file of filesEnding('.flow-meta.xml').filter((path) => path.includes('Account'))) {
            const [formula] = texts(read(SALESFORCE, file), 'filterFormula');
            assert.match(formula, /ISCHANGED\(\{!\$Record\.Phone\}\)/);
            assert.doesNotMatch(formula, /Sync_Status__c|Last_Sync/);
        }
    });
});

describe('labels', () => {
    const labels = texts(read(MAIN, 'labels', 'CustomLabels.labels-meta.xml'), 'fullName');
    const used = [...filesEnding('.cls'), ...filesEnding('.js')].filter((path) => !tests(path))
        .flatMap((file) => [...read(SALESFORCE, file).matchAll(/(?:Label\.|label\/c\.)(\w+)/g)].map((match) => match[1]));

    it('that are used exist, and those that exist are used', () => {
        assert.deepEqual([...new Set(used)].sort(), [...labels].sort());
    });

    it('are all the words of the component', () => {
        const html = read(MAIN, 'lwc', 'zohoSync', 'zohoSync.html');
        const words = html.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, ' ').replace(/\{[^}]*\}/g, '').trim();
        assert.equal(words, '');
    });
});

describe('the connected app', () => {
    const xml = read(SALESFORCE, 'options', 'connected-app', 'main', 'default', 'connectedApps', 'Lockstep.connectedApp-meta.xml');

    it('asks for no more than the API and a refresh token', () => assert.deepEqual(texts(xml, 'scopes'), ['Api', 'RefreshToken']));
    it('is for users whom the administrator names', () => assert.deepEqual(texts(xml, 'isAdminApproved'), ['true']));
    it('has a certificate and no secret', () => {
        assert.deepEqual(texts(xml, 'certificate'), ['LOCKSTEP_CERTIFICATE']);
        assert.doesNotMatch(xml, /consumerSecret/);
    });
});

describe('the component on the page', () => {
    it('is for accounts, on desktop and phone', () => {
        const xml = read(MAIN, 'lwc', 'zohoSync', 'zohoSync.js-meta.xml');
        assert.deepEqual(texts(xml, 'object'), ['Account']);
        assert.deepEqual([...xml.matchAll(/supportedFormFactor type="(\w+)"/g)].map((match) => match[1]), ['Large', 'Small']);
        assert.deepEqual(texts(xml, 'isExposed'), ['true']);
    });
});
