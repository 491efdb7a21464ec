import type { EvalReport } from '../../engine/model/report.ts';
import { type EvalPageOptions, evalPage } from '../page/eval-page.ts';
import type { TableOptions } from './diff-table.ts';
import { drawPage } from './draw-page.ts';

/**
 * One boot for a terminal.
 * @param options `all`: flags, registers, log and the files that say "Not affected" too
 */
export function evalTable(report: EvalReport, options: TableOptions & EvalPageOptions): string {
  return drawPage(evalPage(report, options), options);
}
