// Apex parses, and passes the rules that Salesforce's Code Analyzer applies before an app may be listed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { SALESFORCE, filesEnding, read } from './project.mjs';

const require = createRequire(import.meta.url);
const { ApexLexer, ApexParser, CaseInsensitiveInputStream, CommonTokenStream } = require('@apexdevtools/apex-parser');
const { CharStreams } = require('antlr4ts');

/** The errors of a class' text. */
function errorsOf(text) {
    const errors = [];
    const listener = { syntaxError: (recogniser, token, line, column, said) => errors.push(`${line}:${column} ${said}`) };
    const lexer = new ApexLexer(new CaseInsensitiveInputStream(CharStreams.fromString(text)));
    const parser = new ApexParser(new CommonTokenStream(lexer));
    for (const one of [lexer, parser]) {
        one.removeErrorListeners();
        one.addErrorListener(listener);
    }
    parser.compilationUnit();
    return errors;
}

describe('Apex', () => {
    for (const file of filesEnding('.cls'))
        it(`${basename(file)} parses`, () => assert.deepEqual(errorsOf(read(SALESFORCE, file)), []));

    it('what is broken does not parse', () => {
        assert.notDeepEqual(errorsOf('public class Broken { void run( { } }'), []);
        assert.notDeepEqual(errorsOf('public class Broken { void run() { Integer x = ; } }'), []);
    });

    it('every class says who sees which records', () => {
        for (const file of filesEnding('.cls')) {
            const text = read(SALESFORCE, file);
            if (!/@IsTest/.test(text) && !/public interface/.test(text)) assert.match(text, /^public with sharing class /m, file);
        }
    });

    it('exceptions are named as the compiler wants them', () => {
        for (const file of filesEnding('.cls'))
            for (const [, name] of read(SALESFORCE, file).matchAll(/class (\w+) extends Exception/g)) assert.match(name, /Exception$/, file);
    });

    it('every class that does something has a test class', () => {
        const tests = filesEnding('.cls').filter((file) => file.endsWith('Test.cls')).map((file) => read(SALESFORCE, file)).join('\n');
        for (const entry of ['AccountSyncController', 'LockstepCall']) assert.match(tests, new RegExp(`\\b${entry}\\.`));
    });
});

const LIBRARIES = join(dirname(require.resolve('@salesforce/code-analyzer-pmd-engine/package.json')), 'dist', 'java-lib', '*');
const RULES = ['category/apex/security.xml', 'category/apex/errorprone.xml', 'category/apex/performance.xml', 'sfca/rulesets/AppExchange_apex.xml',
    'sfca/rulesets/AppExchange_xml.xml'];

/** What the rules find: [{rule, message, codeLocation}], by language. */
function findings(filesByLanguage) {
    const scratch = mkdtempSync(join(tmpdir(), 'lockstep-pmd-'));
    try {
        const references = RULES.map((rule) => `<rule ref="${rule}"/>`);
        writeFileSync(join(scratch, 'rules.xml'), `<?xml version="1.0" encoding="UTF-8"?>\n<ruleset name="platform" ` +
            `xmlns="http://pmd.sourceforge.net/ruleset/2.0.0"><description>security</description>${references.join('')}</ruleset>`);
        const runDataPerLanguage = Object.fromEntries(Object.entries(filesByLanguage).map(([language, filesToScan]) => [language, { filesToScan }]));
        writeFileSync(join(scratch, 'input.json'), JSON.stringify({ ruleSetInputFile: join(scratch, 'rules.xml'), runDataPerLanguage }));
        execFileSync('java', ['-cp', LIBRARIES, 'com.salesforce.sfca.pmdwrapper.PmdWrapper', 'run', join(scratch, 'input.json'), join(scratch, 'found.json')],
            { stdio: 'pipe' });
        const { violations, processingErrors } = JSON.parse(readFileSync(join(scratch, 'found.json'), 'utf8'));
        assert.deepEqual(processingErrors, []);
        return violations;
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

describe("the rules of Salesforce's Code Analyzer", () => {
    it('find nothing here, and find what is wrong elsewhere', () => {
        const scratch = mkdtempSync(join(tmpdir(), 'lockstep-apex-'));
        try {
            const canary = join(scratch, 'Canary.cls');
            writeFileSync(canary, `public class Canary {
                public static List<Account> find(String name) {
                    HttpRequest request = new HttpRequest();
                    request.setHeader('Authorization', 'Bearer 00Dsecret');
                    return Database.query('SELECT Id FROM Account WHERE Name = \\'' + name + '\\'');
                }
                public static void write(Account account) { update account; }
            }`);
            const found = findings({
                apex: [...filesEnding('.cls').map((file) => join(SALESFORCE, file)), canary],
                xml: filesEnding('-meta.xml').map((file) => join(SALESFORCE, file))
            });
            const inCanary = new Set(found.filter((one) => one.codeLocation.file === canary).map((one) => one.rule));
            for (const rule of ['ApexSOQLInjection', 'ApexCRUDViolation', 'ApexSharingViolations', 'ApexSuggestUsingNamedCred'])
                assert.ok(inCanary.has(rule), rule);
            assert.deepEqual(found.filter((one) => one.codeLocation.file !== canary)
                .map((one) => `${basename(one.codeLocation.file)}:${one.codeLocation.startLine} ${one.rule}: ${one.message}`), []);
        } finally {
            rmSync(scratch, { recursive: true, force: true });
        }
    });
});
