import type { DiffReport } from '../../engine/model/report.ts';
import { type DiffPageOptions, diffPage } from '../page/diff-page.ts';
import { drawPage } from './draw-page.ts';

export interface TableOptions {
  /** Cells of the terminal; below 40 counts as 40. */
  readonly width: number;
  readonly colour: boolean;
}

/**
 * The dry run for a terminal: the answer first, then the rows that prove it, then what to do next.
 * @param options `all`: rows without news too; `only`: ids of sections, or null; `next`: commands for the last line
 */
export function diffTable(report: DiffReport, options: TableOptions & DiffPageOptions): string {
  return drawPage(diffPage(report, options), options);
}
