import type { RunReport } from '../engine/scenario/run-report.ts';
import type { Page } from './page/page.ts';
import type { Variant } from './side-by-side-page.ts';
import type { TableOptions } from './table/diff-table.ts';

async function draw(page: Page, format: string, options: TableOptions): Promise<string> {
  if (format === 'markdown') return (await import('./markdown/draw-markdown.ts')).drawMarkdown(page);
  if (format === 'html') return (await import('./html/draw-html.ts')).drawHtml(page);
  return (await import('./table/draw-page.ts')).drawPage(page, options);
}

/**
 * Draws a scenario that was played.
 * @param format table, markdown or html; the drawer is loaded when asked for
 * @param options `all`: everything that is stale after each event
 */
export async function renderRun(report: RunReport, format: string, options: TableOptions & { readonly all: boolean }): Promise<string> {
  const { runPage } = await import('./run-page.ts');
  return draw(runPage(report, options.all), format, options);
}

/** Draws one scenario under several policies. */
export async function renderSideBySide(variants: readonly Variant[], format: string, options: TableOptions): Promise<string> {
  const { sideBySidePage } = await import('./side-by-side-page.ts');
  return draw(sideBySidePage(variants), format, options);
}
