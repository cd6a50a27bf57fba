// Where the files are that are checked, and how they are read.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const SOURCE = process.env.LOCKSTEP_SOURCE_DIR ?? join(HERE, '..', '..');
export const SALESFORCE = join(HERE, 'platform', 'salesforce');
export const ZOHO = join(HERE, 'platform', 'zoho');
export const MAIN = join(SALESFORCE, 'force-app', 'main', 'default');

export const read = (...path) => readFileSync(join(...path), 'utf8');
export const project = JSON.parse(read(SALESFORCE, 'sfdx-project.json'));
export const packages = project.packageDirectories.map(({ path }) => path);

/** Every file under a folder. */
export function filesIn(folder) {
    return readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? filesIn(path) : [path];
    });
}

/** Every file of the packages whose name ends so, relative to the project. */
export const filesEnding = (end) =>
    packages.flatMap((path) => filesIn(join(SALESFORCE, path))).filter((path) => path.endsWith(end)).map((path) => relative(SALESFORCE, path));

/** The texts of all elements of this name, without what is nested in them. */
export const texts = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) => match[1]);

/** The XML inside all elements of this name. */
export const blocks = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1]);
