import type { Finding, Steps } from './finding.ts';
import { field, itemsOf, keysOf, looseHex, textOf } from './loose.ts';

/** The first of two equal things: where it stood. */
type Seen = Map<string, number>;

function repeated(seen: Seen, key: string, index: number): number | null {
  const before = seen.get(key);
  if (before === undefined) seen.set(key, index);
  return before ?? null;
}

/** Rows are nearly always sorted, and then no two can be equal: a fleet checks thousands of profiles a second. */
function strictlySorted(rows: readonly unknown[]): boolean {
  let lastLeaf = -1;
  let lastSubleaf = -1;
  for (const row of rows) {
    const leaf = looseHex(field(row, 'leaf'));
    const subleaf = looseHex(field(row, 'subleaf'));
    // NaN, for what is no number at all, compares as not sorted.
    if (!(leaf > lastLeaf || (leaf === lastLeaf && subleaf > lastSubleaf))) return false;
    lastLeaf = leaf;
    lastSubleaf = subleaf;
  }
  return true;
}

/** Two rows for one leaf and subleaf: which of them counts would be a matter of luck. */
function duplicateRows(value: unknown, steps: Steps): Finding[] {
  const rows = itemsOf(value);
  if (strictlySorted(rows)) return [];
  const seen: Seen = new Map();
  return rows.flatMap((row, index) => {
    const leaf = looseHex(field(row, 'leaf'));
    const subleaf = looseHex(field(row, 'subleaf'));
    if (Number.isNaN(leaf + subleaf)) return [];
    const before = repeated(seen, `${leaf}.${subleaf}`, index);
    const got = `leaf 0x${leaf.toString(16)} subleaf 0x${subleaf.toString(16)} again`;
    return before === null ? [] : [{ code: 'duplicate-leaf', steps: [...steps, index], expected: `each leaf and subleaf once (row ${before} has it)`, got }];
  });
}

/** `0x10A` and `0x10a` are one MSR under two keys; JSON itself cannot see that. */
function duplicateMsrs(values: unknown, steps: Steps): Finding[] {
  const seen = new Map<number, string>();
  const findings: Finding[] = [];
  for (const key of keysOf(values)) {
    const index = looseHex(key);
    const before = seen.get(index);
    if (before !== undefined)
      findings.push({ code: 'duplicate-msr', steps: [...steps, key], expected: 'each MSR under one key', got: `the MSR of ${JSON.stringify(before)} again` });
    else if (!Number.isNaN(index)) seen.set(index, key);
  }
  return findings;
}

/** A CPU that stands in two groups has two answers. */
function duplicateCpus(groups: unknown, steps: Steps): Finding[] {
  const seen: Seen = new Map();
  return itemsOf(groups).flatMap((group, index) =>
    itemsOf(field(group, 'cpus')).flatMap((cpu, place) => {
      const before = typeof cpu === 'number' ? repeated(seen, String(cpu), index) : null;
      return before === null
        ? []
        : [{ code: 'duplicate-cpu', steps: [...steps, index, 'cpus', place], expected: 'each CPU once', got: `CPU ${String(cpu)} again` }];
    }),
  );
}

/** Rows of results are found by name, so two guests or processes must not share one. */
function duplicateNames(list: unknown, steps: Steps): Finding[] {
  const seen: Seen = new Map();
  return itemsOf(list).flatMap((entry, index) => {
    const name = textOf(field(entry, 'name'));
    const before = name === null ? null : repeated(seen, name, index);
    return before === null
      ? []
      : [{ code: 'duplicate-name', steps: [...steps, index, 'name'], expected: 'a name that no other entry has', got: JSON.stringify(name) }];
  });
}

/**
 * What a schema cannot say about a profile: values that stand twice.
 * @param profile any value; parts of a wrong type are left to the schema
 * @param steps where the profile stands in its document
 */
export function checkProfile(profile: unknown, steps: Steps = []): Finding[] {
  const otherCores = itemsOf(field(profile, 'otherCores'));
  const system = field(profile, 'system');
  const guests = itemsOf(field(system, 'guests'));
  return [
    ...duplicateRows(field(profile, 'cpuid'), [...steps, 'cpuid']),
    ...duplicateMsrs(field(profile, 'msrs'), [...steps, 'msrs']),
    ...duplicateRows(field(field(profile, 'known'), 'cpuid'), [...steps, 'known', 'cpuid']),
    ...duplicateMsrs(field(field(profile, 'known'), 'msrs'), [...steps, 'known', 'msrs']),
    ...duplicateMsrs(field(profile, 'msrWritable'), [...steps, 'msrWritable']),
    ...duplicateCpus(field(field(profile, 'microcode'), 'perCpu'), [...steps, 'microcode', 'perCpu']),
    ...duplicateCpus(otherCores, [...steps, 'otherCores']),
    ...otherCores.flatMap((core, index) => [
      ...duplicateRows(field(core, 'cpuid'), [...steps, 'otherCores', index, 'cpuid']),
      ...duplicateMsrs(field(core, 'msrs'), [...steps, 'otherCores', index, 'msrs']),
    ]),
    ...guests.flatMap((guest, index) => duplicateRows(field(guest, 'cpuid'), [...steps, 'system', 'guests', index, 'cpuid'])),
    ...duplicateNames(guests, [...steps, 'system', 'guests']),
    ...duplicateNames(field(system, 'processes'), [...steps, 'system', 'processes']),
  ];
}
