// Compiles the component, with Salesforce's own base components, to one script for a browser. What Salesforce's servers add to a
// page (labels, names of fields, Apex, records) comes from the modules beside this file.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { MAIN, blocks, read, texts } from '../project.mjs';

const require = createRequire(import.meta.url);
const lwc = require('@lwc/rollup-plugin');
const HERE = dirname(fileURLToPath(import.meta.url));
const LWC = join(MAIN, 'lwc');

const unescaped = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (all, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);
const labels = Object.fromEntries(blocks(read(MAIN, 'labels', 'CustomLabels.labels-meta.xml'), 'labels')
    .map((block) => [texts(block, 'fullName')[0], unescaped(texts(block, 'value')[0])]));

const FILES = {
    lwc: join(dirname(require.resolve('@lwc/engine-dom/package.json')), 'dist', 'index.js'),
    'lightning/platformShowToastEvent': join(HERE, 'platformShowToastEvent.js'),
    'lightning/uiRecordApi': join(HERE, 'uiRecordApi.js')
};
const MADE = [
    [/^@salesforce\/label\/c\.(\w+)$/, (name) => `export default ${JSON.stringify(labels[name])};`],
    [/^@salesforce\/schema\/(\w+)\.(\w+)$/, (object, field) => `export default ${JSON.stringify({ objectApiName: object, fieldApiName: field })};`],
    [/^@salesforce\/apex\/(\w+)\.(\w+)$/, (type, method) => `import { call } from 'page/apex'; export default (given) => call('${type}', '${method}', given);`],
    [/^@salesforce\/client\/formFactor$/, () => "export default new URLSearchParams(location.search).get('formFactor') ?? 'Large';"]
];

// All icons there are would be most of the script: only those that are shown.
const ICONS = { Standard: ['account'], Utility: ['close', 'error', 'info', 'success', 'warning'] };

function iconsOf(set) {
    const names = ICONS[set] ?? [];
    const folder = set.toLowerCase();
    return names.map((name) => `import ${folder}_${name} from './${folder}/${name}.html';`).join('\n') +
        `\nexport default { ${names.map((name) => `${folder}_${name}`).join(', ')} };`;
}

/** What only a page of Salesforce has. */
const salesforce = {
    name: 'salesforce',
    resolveId(name) {
        if (name === 'page/apex') return join(HERE, 'apex.js');
        if (name in FILES) return FILES[name];
        return MADE.some(([pattern]) => pattern.test(name)) ? `\0${name}` : null;
    },
    load(id) {
        const icons = /iconSvgTemplates(\w+)\/buildTemplates\/templates\.js$/.exec(id);
        if (icons) return iconsOf(icons[1]);
        for (const [pattern, make] of MADE) {
            const match = id.startsWith('\0') && pattern.exec(id.slice(1));
            if (match) return make(...match.slice(1));
        }
        return null;
    },
    // The base components are made for servers too.
    resolveImportMeta: (property) => (property === 'env' ? '({ SSR: false })' : null)
};

/** The script of the page. */
export async function bundle() {
    const build = await rollup({
        input: join(HERE, 'main.js'),
        plugins: [
            salesforce,
            lwc({
                rootDir: LWC,
                modules: [{ name: 'c/zohoSync', path: join(LWC, 'zohoSync', 'zohoSync.js') }, { npm: 'lightning-base-components' }],
                enableDynamicComponents: true
            })
        ],
        onwarn: () => {}
    });
    const { output } = await build.generate({ format: 'iife', inlineDynamicImports: true });
    await build.close();
    return output[0].code;
}
