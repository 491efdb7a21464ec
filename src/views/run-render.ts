import type { RunReport } from '../engine/scenario/run-report.ts';
import { runPage } from './run-page.ts';
import type { TableOptions } from './table/diff-table.ts';

/**
 * Draws a scenario that was played.
 * @param format table, markdown or html; the drawer is loaded when asked for
 * @param options `all`: everything that is stale after each event
 */
export async function renderRun(report: RunReport, format: string, options: TableOptions & { readonly all: boolean }): Promise<string> {
  const page = runPage(report, options.all);
  if (format === 'markdown') return (await import('./markdown/draw-markdown.ts')).drawMarkdown(page);
  if (format === 'html') return (await import('./html/draw-html.ts')).drawHtml(page);
  return (await import('./table/draw-page.ts')).drawPage(page, options);
}
