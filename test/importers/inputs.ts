import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { bunzip2, isBzip2 } from '../../src/importers/archive/bunzip2.ts';
import { untar } from '../../src/importers/archive/tar.ts';
import { groupFiles } from '../../src/importers/group.ts';
import type { ImportFile, ImportInput } from '../../src/importers/index.ts';

export const fixtures = join(import.meta.dirname, '../fixtures/importers');

/** @returns a text as a file of the given name. */
export function textInput(text: string | Uint8Array, name = 'dump.txt'): ImportInput {
  return { name, files: [{ name, bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text }] };
}

/** @returns the files below a folder, named from there. */
export function filesIn(folder: string, inside = ''): ImportFile[] {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
    return entry.isDirectory() ? filesIn(folder, name) : [{ name, bytes: readFileSync(join(folder, name)) }];
  });
}

/** @returns a fixture: a file, or a folder with all that is in it. */
export function fixture(name: string): ImportInput {
  const path = join(fixtures, name);
  return name.includes('.') || name === 'cpuinfo' ? textInput(readFileSync(path), basename(name)) : { name, files: filesIn(path) };
}

/** @returns rows as `leaf.subleaf` to four numbers: how a number is written does not matter. */
export function registers(rows: readonly CpuidRow[] | undefined): Map<string, string> {
  return new Map(
    (rows ?? []).map((row) => [
      `${Number(row.leaf).toString(16)}.${Number(row.subleaf).toString(16)}`,
      [row.eax, row.ebx, row.ecx, row.edx].map((word) => Number(word).toString(16)).join(' '),
    ]),
  );
}

/** @returns the registers that every register fixture holds, as rows of a profile. */
export function expectedRegisters(): Map<string, string> {
  return registers(JSON.parse(readFileSync(join(fixtures, 'expected-rows.json'), 'utf8')) as CpuidRow[]);
}

/** @returns bit `index` of a register of a profile, or undefined where the row is missing. */
export function bitOf(profile: Profile | undefined, leaf: number, subleaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx', index: number): number | undefined {
  const row = profile?.cpuid.find((candidate) => Number(candidate.leaf) === leaf && Number(candidate.subleaf) === subleaf);
  return row === undefined ? undefined : (Number(row[register]) >>> index) & 1;
}

/** @returns the folder of real dumps beside the repository, or null where it is not there. */
export function sharedDumps(): string | null {
  const path = join(import.meta.dirname, '../../../shared/dumps');
  return existsSync(path) ? path : null;
}

/** @returns a dump of another project; of an archive its largest group of files. */
export function dumpInput(path: string, name: string): ImportInput {
  const bytes = readFileSync(path);
  if (!isBzip2(bytes)) return { name, files: [{ name, bytes }] };
  const [first] = groupFiles(name, untar(bunzip2(bytes, 64 * 1024 * 1024).value ?? new Uint8Array()).files).sort((a, b) => b.files.length - a.files.length);
  return first ?? assert.fail(`${name} is empty`);
}
