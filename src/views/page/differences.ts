import type { Cause, DiffRows, SnapshotDifference } from '../../engine/model/report.ts';
import { refName } from '../words/ledger-findings.ts';
import { type Cell, lines } from './page.ts';

/** How many names a cell lists before it counts the rest; `all` lifts it. */
const NAMES = 6;

/** @returns what a bit or value is called: 1 and 0 for a bit, `none` for what does not exist. */
export function valueWords(value: boolean | string | null): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : value ? '1' : '0';
}

/** Names people know for references to bits: the flag of /proc/cpuinfo, else the name of the bit, else the reference. */
export function namesOf(rows: DiffRows): (ref: string) => string {
  const names = new Map<string, string>();
  for (const { ref, name } of rows.silicon) if (name !== null) names.set(ref, name.toLowerCase());
  for (const feature of rows.features) {
    const [cause] = feature.causes;
    // Only where the bit is the feature itself: TSX goes because a bit of another name lets the kernel switch it off.
    const changed = feature.silicon !== null && feature.silicon.before !== feature.silicon.after;
    if (changed && feature.causes.length === 1 && cause) names.set(cause.ref, feature.name);
  }
  return (ref) => names.get(ref) ?? refName(ref);
}

/** @returns `a, b, c and 4 more`: not more names than people read. */
export function someOf(names: readonly string[], all: boolean): string {
  if (all || names.length <= NAMES) return names.join(', ');
  return `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`;
}

/**
 * How a copy differs from what would be taken now.
 * @param bare only gains: the column says `misses` already
 */
export function differenceCell(differences: readonly SnapshotDifference[], nameOf: (ref: string) => string, all: boolean, bare: boolean): Cell {
  const misses: string[] = [];
  const keeps: string[] = [];
  const values: string[] = [];
  for (const { ref, held, now } of differences) {
    if (held === false && now === true) misses.push(nameOf(ref));
    else if (held === true && now === false) keeps.push(nameOf(ref));
    else values.push(`${nameOf(ref)} ${valueWords(held)}, now ${valueWords(now)}`);
  }
  const texts: string[] = [];
  if (misses.length > 0) texts.push(`${bare ? '' : 'misses '}${someOf(misses, all)}`);
  if (keeps.length > 0) texts.push(`keeps ${someOf(keeps, all)}`);
  if (values.length > 0) texts.push(someOf(values, all));
  return lines(texts);
}

/** @returns whether all differences are bits that the copy lacks. */
export function onlyMisses(rows: readonly { readonly differences: readonly SnapshotDifference[] }[]): boolean {
  return rows.every((row) => row.differences.every(({ held, now }) => held === false && now === true));
}

/** @returns the changed bits behind a row, the names of them where all are asked for. */
export function causeCell(causes: readonly Cause[], all: boolean): Cell {
  return causes.length === 0
    ? []
    : lines([
        someOf(
          causes.map((cause) => cause.ref),
          all,
        ),
      ]);
}
