import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** @returns names of the packages whose code is in the bundle, sorted; nested ones by their whole path. */
export function bundledPackages(metafile: Metafile): string[] {
  const folders = Object.keys(metafile.inputs).flatMap((path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** @returns name, version, licence and the full licence text of one package. */
function entry(root: string, folder: string): string {
  const about = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string };
  const file = readdirSync(join(root, folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file === undefined) throw new Error(`${about.name} is bundled but has no licence file`);
  const text = readFileSync(join(root, folder, file), 'utf8').trim();
  return `${about.name} ${about.version} (${about.license ?? 'see below'})\n\n${text}\n`;
}

/**
 * The texts that the licences of bundled code ask us to pass on.
 * @param root the repository
 * @param metafile what esbuild says it has put into the bundle
 */
export function thirdPartyLicences(root: string, metafile: Metafile): string {
  const rule = `${'-'.repeat(79)}\n\n`;
  const entries = bundledPackages(metafile).map((folder) => entry(root, folder));
  return `bin/cpueval.cjs, bin/dry-run.cjs and bin/commands.cjs contain code of the packages below.\n\n${entries.map((text) => `${rule}${text}\n`).join('')}`;
}
