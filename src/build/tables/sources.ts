import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadSource } from './c-source.ts';

/** Where a line's facts can be read. */
export interface LineSource {
  readonly read: ReadSource;
  /** Reads a file of Debian's linux-config package by its name without `.xz`; null when there is none. */
  readonly readConfig: (name: string) => string | null;
  /** What was used, for the report. */
  readonly from: string;
}

/** What of the source is unpacked: the tables need no more, and the whole is 1.4 GB. */
const MEMBERS = [
  '*/Makefile',
  '*/include/linux/mod_devicetable.h',
  '*/include/linux/device-id/x86_cpu.h',
  '*/arch/x86/*.[ch]',
  '*/arch/x86/*.sh',
  '*/arch/x86/Kconfig*',
  '*/virt/kvm/*.[ch]',
];

const PLACES = [process.env.CPUEVAL_KERNEL_SOURCES ?? '', '/usr/src'].filter((place) => place !== '');

/**
 * Finds the source of a kernel line: a folder `linux-source-<line>`, or the package or archive of that name, in
 * $CPUEVAL_KERNEL_SOURCES or /usr/src, or in the folder the packages were downloaded to.
 * @param line e.g. `6.12`
 * @param work a folder to unpack to
 * @returns the source, or null when nothing was found
 */
export function findSource(line: string, work: string): LineSource | null {
  const places = [...PLACES, work];
  const name = `linux-source-${line}`;
  for (const place of places) {
    const tree = treeIn(place, name, work);
    if (tree === null) continue;
    return {
      read: (path) => textOrNull(join(tree.folder, path)),
      readConfig: configReader(places, line, work),
      from: tree.from,
    };
  }
  return null;
}

function treeIn(place: string, name: string, work: string): { folder: string; from: string } | null {
  if (existsSync(join(place, name, 'arch/x86'))) return { folder: join(place, name), from: join(place, name) };
  const archive = join(place, `${name}.tar.xz`);
  if (existsSync(archive)) return { folder: unpack(archive, join(work, 'trees', name)), from: archive };
  const deb = debIn(place, name);
  if (deb === null) return null;
  const inner = join(unpackDeb(deb, name, work), `${name}.tar.xz`);
  return existsSync(inner) ? { folder: unpack(inner, join(work, 'trees', name)), from: deb } : null;
}

function debIn(place: string, name: string): string | null {
  const found = existsSync(place) ? readdirSync(place).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb')) : undefined;
  return found === undefined ? null : join(place, found);
}

/** @returns the folder of the package's files under usr/src, unpacked on first use */
function unpackDeb(deb: string, name: string, work: string): string {
  const folder = join(work, 'debs', name);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('dpkg-deb', ['-x', deb, folder]);
  }
  return join(folder, 'usr/src');
}

function unpack(archive: string, folder: string): string {
  if (existsSync(join(folder, 'arch/x86'))) return folder;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('tar', ['-xJf', archive, '-C', folder, '--strip-components=1', '--wildcards', ...MEMBERS], { stdio: 'ignore' });
  } catch (error) {
    // A line without one of the members makes tar complain at its end; the extractor reports what it then misses.
    if (!existsSync(join(folder, 'arch/x86'))) throw error;
  }
  return folder;
}

function configReader(places: readonly string[], line: string, work: string): (name: string) => string | null {
  const name = `linux-config-${line}`;
  const folders = places.flatMap((place) => {
    const deb = existsSync(join(place, name)) ? null : debIn(place, name);
    return [join(place, name), ...(deb === null ? [] : [join(unpackDeb(deb, name, work), name)])];
  });
  return (file) => {
    for (const folder of folders) {
      const plain = textOrNull(join(folder, file));
      if (plain !== null) return plain;
      if (existsSync(join(folder, `${file}.xz`))) return execFileSync('xz', ['-dc', join(folder, `${file}.xz`)], { encoding: 'utf8', maxBuffer: 1 << 26 });
    }
    return null;
  };
}

function textOrNull(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** The archive that this machine's own apt uses: its suites differ, its address is the one that can be reached. */
function debianMirror(): string | null {
  const files = ['/etc/apt/sources.list', ...['sources', 'list'].flatMap((ending) => aptParts(ending))];
  for (const file of files) {
    const found = /https?:\/\/\S+\/debian(?=\/?\s)/.exec(textOrNull(file) ?? '');
    if (found) return found[0];
  }
  return null;
}

function aptParts(ending: string): string[] {
  const folder = '/etc/apt/sources.list.d';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(`.${ending}`))
    .map((file) => join(folder, file));
}

const SUITES = ['bookworm', 'bookworm-updates', 'trixie', 'sid'];

/**
 * Downloads Debian's source and configuration packages of the lines with an apt configuration of its own, so that the
 * machine's stays as it is.
 * @param packages exact packages, `name=version`
 * @param work folder to download to
 */
export function downloadPackages(packages: readonly string[], work: string): void {
  const state = join(work, 'apt');
  for (const folder of ['lists/partial', 'archives/partial', 'parts']) mkdirSync(join(state, folder), { recursive: true });
  const mirror = debianMirror();
  if (mirror === null) throw new Error('no Debian archive in /etc/apt: nothing to download from');
  const sources = [
    ...SUITES.map((suite) => `deb ${mirror} ${suite} main`),
    ...['bookworm', 'trixie'].map((suite) => `deb ${mirror}-security ${suite}-security main`),
  ];
  writeFileSync(join(state, 'sources.list'), `${sources.join('\n')}\n`);
  const options = {
    'Dir::Etc::sourcelist': join(state, 'sources.list'),
    'Dir::Etc::sourceparts': join(state, 'parts'),
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache::archives': join(state, 'archives'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Acquire::Languages': 'none',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const fetched = join(state, 'updated');
  if (!existsSync(fetched)) execFileSync('apt-get', [...flags, '-qq', 'update'], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(fetched, '');
  execFileSync('apt-get', [...flags, '-qq', 'download', ...packages], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
}
