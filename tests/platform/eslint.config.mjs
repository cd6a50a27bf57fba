// What Salesforce recommends for Lightning web components.
import recommended from '@salesforce/eslint-config-lwc/recommended.js';

export default [
    ...[recommended].flat(),
    {
        files: ['**/__tests__/**'],
        languageOptions: { globals: { describe: 'readonly', it: 'readonly', expect: 'readonly', jest: 'readonly', afterEach: 'readonly' } },
        // A test feeds the wire itself.
        rules: { '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off' }
    }
];
