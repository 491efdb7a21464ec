import { escapeControl } from '../base/escape.ts';
import type { DiffReport } from '../engine/model/report.ts';
import { changedTrees, rowNames, rowsOf, treesFor } from './page/explain-tree.ts';
import type { TableOptions } from './table/diff-table.ts';
import { NARROWEST } from './table/draw-page.ts';
import { drawTree } from './table/draw-tree.ts';
import { painter } from './table/paint.ts';
import { counted } from './words/word-of.ts';

/** Names of rows that a message lists before it counts the rest. */
const NAMES = 20;

/**
 * Why one row is as it is: its texts, what protects and why, the changed bits behind it and the rules in between, drawn as a tree.
 * @param row name of a vulnerability, feature, bug, bit, holder or guest; not case-sensitive
 * @returns null where the report has no such row
 */
export function explainRow(report: DiffReport, row: string, options: TableOptions): string | null {
  const trees = treesFor(rowsOf(report), row);
  return trees.length === 0 ? null : draw(report, trees, options);
}

/** The same for every row with news. */
export function explainChanged(report: DiffReport, options: TableOptions): string {
  const trees = changedTrees(rowsOf(report));
  return trees.length === 0 ? 'No row changes.\n' : draw(report, trees, options);
}

/**
 * What `--explain` prints.
 * @param row null: every row with news; a name that the report does not have gives the names it has
 */
export function explainDiff(report: DiffReport, row: string | null, options: TableOptions): string {
  if (row === null) return explainChanged(report, options);
  const names = rowNames(rowsOf(report));
  const more = names.length > NAMES ? ` and ${counted(names.length - NAMES, 'more')}`.replace(/mores$/, 'more') : '';
  return (
    explainRow(report, row, options) ?? `No row is called ${escapeControl(row)}. There are: ${names.slice(0, NAMES).map(escapeControl).join(', ')}${more}.\n`
  );
}

function draw(report: DiffReport, trees: ReturnType<typeof treesFor>, { width, colour }: TableOptions): string {
  const paint = painter(colour);
  const wide = Math.max(NARROWEST, Math.floor(width) || NARROWEST);
  const drawn = trees.map(
    (tree) =>
      `${drawTree(tree, wide, paint)
        .map((line) => line.trimEnd())
        .join('\n')}\n`,
  );
  const refused = rowsOf(report) === report.ifLoaded ? ['The load is refused. Had it been taken:\n'] : [];
  return [...refused, ...drawn].join('\n');
}
