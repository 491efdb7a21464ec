import type { DiffReport, DiffRows } from '../../engine/model/report.ts';
import { guestTree, snapshotTree } from './copy-trees.ts';
import { bugTree, featureTree, siliconTree, vulnerabilityTree } from './row-trees.ts';
import type { TreeNode } from './tree.ts';

/** The rows a report is about: those of a refused load are the ones that would have followed. */
export function rowsOf(report: DiffReport): DiffRows {
  return report.load.outcome === 'updated' || report.load.outcome === 'partial' ? report : (report.ifLoaded ?? report);
}

/**
 * Everything that a report says about one name: several trees where a vulnerability, a feature and a bug share it.
 * @param wanted a file of sysfs or the kernel's own prefix, a feature, a bug, a bit (`cpuid:7.0.edx[10]` or its name), a holder or a guest
 */
export function treesFor(rows: DiffRows, wanted: string): TreeNode[] {
  const name = wanted.toLowerCase();
  const is = (...names: readonly (string | null)[]): boolean => names.some((one) => one?.toLowerCase() === name);
  const features = rows.features.filter((row) => is(row.name));
  return [
    ...rows.vulnerabilities.filter((row) => is(row.name, row.id)).map((row) => vulnerabilityTree(rows, row)),
    ...features.map((row) => featureTree(rows, row)),
    ...rows.bugs.filter((row) => is(row.name)).map((row) => bugTree(rows, row)),
    ...rows.silicon.filter((row) => is(row.ref) || (features.length === 0 && is(row.name))).map(siliconTree),
    ...rows.snapshots.filter((row) => is(row.holder)).map((row) => snapshotTree(rows, row)),
    ...rows.guests.filter((row) => is(row.name, `guest ${row.name}`)).map((row) => guestTree(rows, row)),
  ];
}

/** Trees of every row with news. */
export function changedTrees(rows: DiffRows): TreeNode[] {
  return [
    ...rows.vulnerabilities.filter((row) => row.verdict !== 'unchanged' && row.verdict !== 'not-microcode').map((row) => vulnerabilityTree(rows, row)),
    ...rows.features.filter((row) => row.verdict !== 'unchanged').map((row) => featureTree(rows, row)),
    ...rows.bugs.filter((row) => row.verdict !== 'unchanged').map((row) => bugTree(rows, row)),
    ...rows.snapshots.filter((row) => row.stale).map((row) => snapshotTree(rows, row)),
    ...rows.guests.filter((row) => row.stale).map((row) => guestTree(rows, row)),
  ];
}

/** Names that treesFor() knows, each once. */
export function rowNames(rows: DiffRows): string[] {
  return [
    ...new Set([
      ...rows.vulnerabilities.map((row) => row.name),
      ...rows.features.map((row) => row.name),
      ...rows.bugs.map((row) => row.name),
      ...rows.silicon.map((row) => row.ref),
      ...rows.snapshots.map((row) => row.holder),
      ...rows.guests.map((row) => row.name),
    ]),
  ];
}
