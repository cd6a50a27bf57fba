// The component keeps to Salesforce's lint rules, and its own tests pass.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { HERE, MAIN, SALESFORCE } from './project.mjs';

const require = createRequire(import.meta.url);

describe('the Lightning web component', () => {
    it("keeps to Salesforce's lint rules", async () => {
        const { ESLint } = require('eslint');
        const eslint = new ESLint({ cwd: HERE, overrideConfigFile: join(HERE, 'eslint.config.mjs') });
        const said = (results) => results.flatMap(({ filePath, messages }) => messages.map((one) => `${filePath}:${one.line} ${one.ruleId}: ${one.message}`));
        const results = await eslint.lintFiles([join(MAIN, 'lwc', '**', '*.js')]);
        assert.ok(results.length >= 3);
        assert.deepEqual(said(results), []);
        const canary = await eslint.lintText("import { api } from 'lwc';\nexport default class A { @api x = document.querySelector('p'); y() { this.x = 1; } }",
            { filePath: join(MAIN, 'lwc', 'zohoSync', 'canary.js') });
        assert.notDeepEqual(said(canary), []);
    });

    it('passes its own tests', () => {
        const program = join(dirname(require.resolve('@salesforce/sfdx-lwc-jest/package.json')), 'bin', 'sfdx-lwc-jest');
        const done = spawnSync(process.execPath, [program, '--', '--json', '--ci'], { cwd: SALESFORCE, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
        const report = JSON.parse(done.stdout.slice(done.stdout.indexOf('{')));
        assert.deepEqual(report.testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status !== 'passed')
            .map(({ fullName, failureMessages }) => [fullName, ...failureMessages]), []);
        assert.ok(report.numPassedTests >= 16, done.stderr);
        assert.equal(done.status, 0, done.stderr);
    });
});
