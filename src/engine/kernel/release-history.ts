import { type Backport, backports } from '../../data/kernels/backports.ts';
import type { CpuListRow, KernelTables, KvmTables } from '../../data/kernels/types.ts';
import { vulnerabilities } from '../vulnerabilities/index.ts';
import { isOlder, parseRelease, type Release, versionOf } from './release.ts';

/*
 * An older release of a modelled line is the modelled one without what came later: its tables have fewer bugs, features and
 * clauses, and the engine needs to know no more than that.
 */

/** How an asked release differs from the modelled one of its line. */
export interface Differences {
  /** Rows to undo, in the order of the table. */
  readonly undo: readonly Backport[];
  /** Later changes that nothing here undoes, and things of which nobody knows when they came. */
  readonly unsettled: readonly Backport[];
}

/** The releases that a row names, taken apart once: fleets ask for many. */
const bounds = new Map(
  backports.map((row) => [
    row,
    {
      since: row.since === null ? null : versionOf(row.since),
      until: row.until === undefined ? null : versionOf(row.until),
      own: row.debian === undefined ? null : parseRelease(row.debian),
    },
  ]),
);

/** Whether a release has what a row names; null where nobody knows. Debian has some things before, and a few that no stable release has. */
function has(asked: Release, row: Backport): boolean | null {
  const { since, until, own } = bounds.get(row)!;
  if (until !== null && !isOlder(asked.numbers, until)) return false;
  if (asked.debian && own) return own.abi !== null && asked.abi !== null ? asked.abi >= own.abi : !isOlder(asked.numbers, own.numbers);
  const from = since ?? own?.numbers;
  return from ? !isOlder(asked.numbers, from) : null;
}

/**
 * Compares two releases of one line by what the changelogs say.
 * @param line the line both belong to
 * @param asked the older one
 * @param modelled the one the tables are taken from
 */
export function differencesBetween(line: string, asked: Release, modelled: Release): Differences {
  const undo: Backport[] = [];
  const unsettled: Backport[] = [];
  for (const row of backports) {
    if (row.line !== line) continue;
    const [then, now] = [has(asked, row), has(modelled, row)];
    const differs = then !== null && then !== now;
    if (differs && row.kind !== 'note') undo.push(row);
    else if (differs || row.since === null) unsettled.push(row);
  }
  return { undo, unsettled };
}

function named(rows: readonly Backport[], kind: Backport['kind']): string[] {
  return rows.filter((row) => row.kind === kind).map(({ what }) => what);
}

function bugsOf(rows: readonly Backport[]): string[] {
  const gone = named(rows, 'vulnerability');
  const their = vulnerabilities.filter(({ id }) => gone.includes(id)).flatMap(({ bug, alsoBug }) => [bug, alsoBug]);
  return [...named(rows, 'bug'), ...their.filter((bug) => typeof bug === 'string')];
}

/** A row to undo is one that the modelled release has and the older one has not, or the other way round. */
function traitsOf(tables: KernelTables, rows: readonly Backport[]): string[] {
  const traits = new Set(tables.traits);
  for (const name of named(rows, 'trait')) if (!traits.delete(name)) traits.add(name);
  return [...traits];
}

function textsOf(tables: KernelTables, rows: readonly Backport[]): KernelTables['texts'] {
  const texts = { ...tables.texts };
  for (const row of rows) {
    if (row.kind !== 'text') continue;
    const [array = '', constant = ''] = row.what.split('.');
    texts[array] = { ...texts[array], [constant]: row.before };
  }
  return texts;
}

function blacklistOf(tables: KernelTables, rows: readonly Backport[]): readonly CpuListRow[] {
  let list = tables.blacklist;
  for (const row of rows) {
    if (row.kind !== 'listed') continue;
    const { vendor, models, what } = row;
    const meant = ([match]: CpuListRow): boolean => match.vendor === vendor && (models === null || (match.model !== null && models.includes(match.model)));
    list = list.map((one) => (meant(one) ? [one[0], one[1].filter((flag) => flag !== what)] : one));
  }
  return list;
}

function revisionsOf(tables: KernelTables, rows: readonly Backport[]): KernelTables['matchTables'] {
  const matchTables = { ...tables.matchTables };
  for (const row of rows) {
    if (row.kind !== 'revisions') continue;
    const { what, before } = row;
    matchTables[what] = before === null ? [] : (matchTables[what] ?? []).map(([match]) => [match, before] as const);
  }
  return matchTables;
}

const made = new WeakMap<KernelTables, Map<string, KernelTables>>();

/** @returns the tables of a line as an older release has them; the same object for the same history, since indexes are kept per table. */
export function olderTables(tables: KernelTables, { undo }: Differences): KernelTables {
  const histories = made.get(tables) ?? new Map<string, KernelTables>();
  made.set(tables, histories);
  const key = undo.map((row) => backports.indexOf(row)).join(' ');
  const older = histories.get(key) ?? withoutLater(tables, undo);
  histories.set(key, older);
  return older;
}

function withoutLater(tables: KernelTables, undo: readonly Backport[]): KernelTables {
  const [bugs, features, gone] = [bugsOf(undo), named(undo, 'feature'), named(undo, 'table')];
  return {
    ...tables,
    features: tables.features.filter(([name]) => !features.includes(name)),
    scattered: tables.scattered.filter(([name]) => !features.includes(name)),
    dependencies: tables.dependencies.filter((pair) => !pair.some((name) => features.includes(name))),
    bugs: tables.bugs.filter(([name]) => !bugs.includes(name)),
    blacklist: blacklistOf(tables, undo),
    matchTables: revisionsOf(tables, undo),
    texts: textsOf(tables, undo),
    amdDigests: gone.includes('amdDigests') ? null : tables.amdDigests,
    amdCutoffs: gone.includes('amdCutoffs') ? null : tables.amdCutoffs,
    traits: traitsOf(tables, undo),
  };
}

/** @returns KVM's masks as an older release has them. */
export function olderKvm(kvm: KvmTables, { undo }: Differences): KvmTables {
  const [features, registers] = [named(undo, 'feature'), named(undo, 'kvm-word')];
  const words = kvm.words
    .filter(({ register }) => !registers.includes(register))
    .map((word) => ({ ...word, bits: word.bits.filter(([name]) => !features.includes(name)) }));
  return { ...kvm, words };
}
