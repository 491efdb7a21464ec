import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compareTable, type TableResult } from './compare.ts';
import { extract } from './extract.ts';
import { BUILDS, parseConfig, relevantOptions } from './extract-configs.ts';
import { downloadPackages, findSource, type LineSource } from './sources.ts';
import { HAND_WRITTEN, indexText, TABLE_FILES, tableText } from './table-files.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const TABLES = join(ROOT, 'src/data/kernels');
const RECORDINGS = [join(ROOT, 'test/golden/kernels'), join(ROOT, '../shared/goldens/kernels')];

/** Debian's packages that the committed tables are from. */
const VERSIONS: Readonly<Record<string, string>> = { '6.1': '6.1.176-1', '6.12': '6.12.107-1', '7.2': '7.2.13-1' };

type Values = Record<string, unknown>;

/**
 * Extracts a line's tables.
 * @param line e.g. `6.12`
 * @param source where to read
 * @param committed the tables as committed: a build whose configuration cannot be found keeps that one
 * @returns the tables by name, `kvm` among them
 */
export function extractLine(line: string, source: LineSource, committed: Values | null): Values & { line: string } {
  const { tables, kvm } = extract(source.read, line);
  const old = (committed?.configs ?? {}) as Record<string, unknown>;
  const configs = Object.fromEntries((BUILDS[line] ?? []).map(({ release, debian }) => [release, config(release, debian, source) ?? old[release] ?? null]));
  return { ...tables, configs, kvm };
}

function config(release: string, debian: string | null, source: LineSource): Record<string, string> | null {
  if (debian !== null) {
    const text = source.readConfig(debian);
    return text === null ? null : parseConfig(text);
  }
  const file = RECORDINGS.map((folder) => join(folder, `${release}.json`)).find((path) => existsSync(path));
  return file === undefined ? null : relevantOptions((JSON.parse(readFileSync(file, 'utf8')) as { config: Record<string, string> }).config);
}

/** @returns a line's committed tables by name, `kvm` among them; null where the line has none */
export async function committedLine(line: string): Promise<Values | null> {
  const folder = join(TABLES, line);
  if (!existsSync(join(folder, 'index.ts'))) return null;
  const { tables } = (await import(pathToFileURL(join(folder, 'index.ts')).href)) as { tables: Values };
  const { kvm } = (await import(pathToFileURL(join(folder, 'kvm.ts')).href)) as { kvm: unknown };
  return { ...tables, kvm };
}

/**
 * A file in a line's folder that no extraction makes is a table nobody can re-derive.
 * @param files names of the files in the folder
 * @returns the names that are neither extracted nor among the few written by hand
 */
export function strangeFiles(files: readonly string[]): string[] {
  const known = new Set([...TABLE_FILES.map((spec) => spec.file), ...HAND_WRITTEN, 'index.ts']);
  return files.filter((file) => !known.has(file));
}

/**
 * Compares a line's committed tables with the source.
 * @param committed the tables as `src/data/kernels/<line>/index.ts` has them, plus `kvm`
 * @param extracted the same, extracted now
 * @returns a result a table; a committed field that was not extracted is a difference
 */
export function compareLine(committed: Values, extracted: Values): TableResult[] {
  const names = new Set([...Object.keys(extracted), ...Object.keys(committed)]);
  return [...names].filter((name) => name !== 'config' && name !== 'traits').map((name) => compareTable(name, committed[name], extracted[name]));
}

async function checkLine(line: string, source: LineSource): Promise<boolean> {
  const committed = (await committedLine(line)) ?? {};
  const results = compareLine(committed, extractLine(line, source, committed));
  console.log(`${line}: ${source.from}`);
  if (results.some(({ table, differences }) => table === 'release' && differences.length > 0)) {
    console.log(`  the source is another release than the tables: rows that differ may be the newer kernel's`);
  }
  for (const { table, rows, differences } of results) {
    if (differences.length === 0) console.log(`  ok   ${table} ${rows} rows`);
    else for (const difference of differences) console.log(`  DIFF ${difference}`);
  }
  const strange = strangeFiles(readdirSync(join(TABLES, line)));
  for (const file of strange) console.log(`  DIFF ${line}/${file}: no extraction makes this file`);
  return strange.length === 0 && results.every((result) => result.differences.length === 0);
}

async function writeLine(line: string, source: LineSource): Promise<void> {
  const values = extractLine(line, source, await committedLine(line).catch(() => null));
  const folder = join(TABLES, line);
  mkdirSync(folder, { recursive: true });
  const release = String(values.release);
  for (const spec of TABLE_FILES) writeFileSync(join(folder, spec.file), tableText(spec, values[spec.table], release));
  if (!existsSync(join(folder, 'traits.ts'))) writeFileSync(join(folder, 'traits.ts'), 'export const traits: readonly string[] = [];\n');
  writeFileSync(join(folder, 'index.ts'), indexText(values as unknown as Parameters<typeof indexText>[0], BUILDS[line]?.[0]?.release ?? ''));
  execFileSync(join(ROOT, 'node_modules/.bin/biome'), ['check', '--write', '--vcs-enabled=false', folder], { cwd: ROOT, stdio: 'pipe' });
  console.log(`${line}: written from ${source.from}`);
}

/** A release that Debian has dropped from its archive is no fault of the tables: say so and go on with what is there. */
function download(lines: readonly string[], work: string): void {
  for (const line of lines) {
    try {
      downloadPackages(
        ['source', 'config'].map((kind) => `linux-${kind}-${line}=${VERSIONS[line]}`),
        work,
      );
    } catch (error) {
      console.log(`${line}: download failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
}

async function main(args: readonly string[]): Promise<number> {
  const lines = Object.keys(BUILDS);
  const work = mkdtempSync(join(tmpdir(), 'cpueval-tables-'));
  let good = true;
  try {
    if (args.includes('--download')) download(lines, work);
    for (const line of lines) {
      const source = findSource(line, work);
      if (source === null) console.log(`${line}: skipped: no linux-source-${line} in $CPUEVAL_KERNEL_SOURCES or /usr/src (--download fetches it)`);
      else if (args.includes('--write')) await writeLine(line, source);
      else good = (await checkLine(line, source)) && good;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return good ? 0 : 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
