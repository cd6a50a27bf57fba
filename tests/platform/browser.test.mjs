// The component as a person sees it: Salesforce's own base components and design system in a browser, Lockstep behind it.
// LOCKSTEP_SCREENSHOTS=FOLDER: pictures are left there (docs/images).
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { HERE } from './project.mjs';
import { realLockstep, standIn } from './page/lockstep.mjs';
import { servePage } from './page/server.mjs';

const require = createRequire(import.meta.url);
const AXE = require.resolve('axe-core/axe.min.js');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const PICTURES = process.env.LOCKSTEP_SCREENSHOTS ?? join(HERE, 'screenshots');

describe('the button on the account page', { timeout: 240_000 }, () => {
    let browser;
    let lockstep;
    let server;
    let page;
    let errors;

    before(async () => {
        assert.ok(CHROMIUM, 'chromium is not installed (packaging/apt-packages.txt names what is needed)');
        mkdirSync(PICTURES, { recursive: true });
        lockstep = process.env.LOCKSTEP_PROGRAM ? await realLockstep(process.env.LOCKSTEP_PROGRAM) : await standIn();
        server = await servePage(lockstep);
        browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    });
    after(async () => {
        await browser?.close();
        server?.close();
        await lockstep?.close();
    });
    beforeEach(() => { errors = []; });
    afterEach(async () => {
        await page?.close();
        assert.deepEqual(errors, []);
    });

    async function open(formFactor = 'Large', size = { width: 900, height: 330 }) {
        page = await browser.newPage({ viewport: size, locale: 'en-US', timezoneId: 'UTC' });
        page.setDefaultTimeout(20_000);
        page.on('pageerror', (error) => errors.push(error.message));
        page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
        await page.goto(`${server.address}/?recordId=${lockstep.account}&formFactor=${formFactor}`);
        await page.evaluate((name) => { document.querySelector('#name').textContent = name; }, (await lockstep.read()).Name);
        await button().waitFor();
    }

    const button = () => page.getByRole('button', { name: 'Sync to Zoho' });
    const toast = (text) => page.locator('.slds-notify_toast', { hasText: text });
    const shown = (id) => page.locator(`c-zoho-sync [data-id="${id}"]`);

    async function press(text) {
        await button().click();
        await toast(text).waitFor();
        return (await toast(text).innerText()).replaceAll(/\s+/g, ' ');
    }

    /** Toasts fly in. */
    const still = () => page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));

    async function accessible() {
        await still();
        await page.addScriptTag({ path: AXE });
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`), []);
    }

    const picture = async (name) => {
        await still();
        await page.screenshot({ path: join(PICTURES, `zoho-sync-${name}.png`) });
    };

    it('is offered while nothing is linked', async () => {
        await open();
        assert.equal(await shown('not-linked').innerText(), 'Not linked to Zoho yet.');
        await accessible();
    });

    it('a missing mandatory field is told with the field and the reason, and stays on the card', async () => {
        const { here, there } = lockstep.mandatory;
        await lockstep.write({ [here]: null });
        await open();
        const said = await press('Not synced to Zoho');
        const reason = new RegExp(`${there}: .*is mandatory`, 'i');
        assert.match(said, reason);
        assert.match(await shown('problem').innerText(), reason);
        assert.equal(await button().isEnabled(), true);
        await picture('mandatory-field');
        await accessible();
        await page.reload();
        await shown('status').getByText(reason).waitFor();
    });

    it('after the field was filled in it succeeds, with the id of the record in Zoho', async () => {
        const { here, value } = lockstep.mandatory;
        await lockstep.write({ [here]: value });
        await open();
        const said = await press('Synced to Zoho');
        await shown('zoho-id').waitFor();
        const { Zoho_Account_Id__c: id } = await lockstep.read();
        assert.match(id, /^\d{15,20}$/);
        assert.equal((await lockstep.inZoho(id)).Account_Name, (await lockstep.read()).Name);
        assert.equal(await shown('zoho-id').innerText(), id);
        assert.ok(said.includes(`Zoho record ${id} was created.`), said);
        assert.equal(await shown('status').innerText(), 'Synced');
        assert.match(await shown('last-synced').innerText(), /20\d\d.*by \S+/s);
        assert.equal(await shown('problem').count(), 0);
        await picture('success');
        await accessible();
    });

    it('works on a phone, with a button as wide as the card', async () => {
        await open('Small', { width: 390, height: 620 });
        const box = await button().boundingBox();
        assert.ok(box.width > 280, `${box.width} wide`);
        await press('Synced to Zoho');
        await accessible();
    });

    it('gives the focus back to whoever pressed it with the keyboard', async () => {
        await open();
        await button().focus();
        await page.keyboard.press('Enter');
        await toast('Synced to Zoho').waitFor();
        await page.waitForFunction(() => document.activeElement?.tagName === 'C-ZOHO-SYNC' || document.activeElement?.tagName === 'BUTTON');
    });

    it('shows that it runs, and cannot be pressed twice', { skip: process.env.LOCKSTEP_PROGRAM && 'the real Lockstep cannot be held' }, async () => {
        await open();
        const already = lockstep.requests.length;
        const release = lockstep.hold();
        await button().click();
        const running = page.getByRole('button', { name: 'Syncing with Zoho…' });
        await running.waitFor();
        assert.equal(await running.isDisabled(), true);
        await page.locator('c-zoho-sync .slds-spinner').waitFor({ state: 'attached' });
        await running.click({ force: true });
        release();
        await toast('Synced to Zoho').waitFor();
        assert.equal(lockstep.requests.length, already + 1);
        assert.deepEqual(lockstep.requests.at(-1), {
            path: '/api/v1/syncs/accounts/run', authorization: 'Bearer for-the-button',
            body: { side: 'left', id: lockstep.account, wait_ms: 20000, by: 'Ada Admin' }
        });
    });

    it('names the fields that wait for a decision', { skip: process.env.LOCKSTEP_PROGRAM && 'the real Lockstep has no conflict here' }, async () => {
        lockstep.conflict('Phone');
        await open();
        await shown('conflicts').waitFor();
        assert.equal(await shown('conflicts').innerText(), 'Both sides changed this; somebody has to decide: Phone.');
    });

    it('says that a long sync goes on', { skip: process.env.LOCKSTEP_PROGRAM && 'the real Lockstep cannot be held' }, async () => {
        await open();
        lockstep.doNotWait(true);
        assert.match(await press('Still syncing'), /goes on by itself/);
        lockstep.doNotWait(false);
    });
});
