import { VERDICTS } from '../data/contract/verdicts.ts';
import type { DiffReport, EvalReport, VulnerabilityRow } from '../engine/model/report.ts';
import type { DiffPageOptions } from './page/diff-page.ts';
import { rowsOf } from './page/explain-tree.ts';
import type { Page } from './page/page.ts';
import type { TableOptions } from './table/diff-table.ts';

/** Forms a page can be drawn in; JSON is no drawing. */
export type DrawnFormat = 'table' | 'markdown' | 'html';

async function draw(page: Page, format: string, options: TableOptions): Promise<string> {
  if (format === 'markdown') return (await import('./markdown/draw-markdown.ts')).drawMarkdown(page);
  if (format === 'html') return (await import('./html/draw-html.ts')).drawHtml(page);
  return (await import('./table/draw-page.ts')).drawPage(page, options);
}

/** The row that most wants an explanation. */
function worstRow(rows: readonly VulnerabilityRow[]): VulnerabilityRow | undefined {
  const rank = ({ verdict }: VulnerabilityRow): number => VERDICTS.indexOf(verdict);
  const news = rows.filter((row) => rank(row) > VERDICTS.indexOf('not-microcode'));
  return news.reduce<VulnerabilityRow | undefined>((worst, row) => (worst && rank(worst) >= rank(row) ? worst : row), undefined);
}

/** Commands that lead on from a diff, given its own options: why, in which order it is cured, and the same step by step. */
function nextOf(report: DiffReport, { dryRun, explore }: LeadingOn): string[] {
  const rows = rowsOf(report);
  const row = worstRow(rows.vulnerabilities)?.name ?? rows.features[0]?.name;
  return [
    `cpueval diff ${dryRun} ${row === undefined ? '--all' : `--explain ${row}`}`,
    `cpueval plan ${dryRun}`,
    ...(explore === null ? [] : [`cpueval explore ${explore}`]),
  ];
}

/** What was asked about, as options of a shell. */
export interface LeadingOn {
  /** For the commands of the dry run. */
  readonly dryRun: string;
  /** For the explorer; null: it cannot open what was asked about. */
  readonly explore: string | null;
}

export interface RenderDiffOptions extends TableOptions, DiffPageOptions {
  /** Options with which the diff was called, for the lines that lead on; or `next` itself. */
  readonly leadingOn?: LeadingOn;
}

/**
 * Draws a diff.
 * @param format table, markdown or html; the drawer is loaded when asked for
 */
export async function renderDiff(report: DiffReport, format: string, options: RenderDiffOptions): Promise<string> {
  const { diffPage } = await import('./page/diff-page.ts');
  const next = options.next ?? (options.leadingOn === undefined ? [] : nextOf(report, options.leadingOn));
  return draw(diffPage(report, { ...options, next }), format, options);
}

/** Draws the cure plan of a dry run. */
export async function renderPlan(report: DiffReport, format: string, options: TableOptions & { readonly next?: readonly string[] }): Promise<string> {
  const { planPage } = await import('./page/plan-page.ts');
  return draw(planPage(report, options.next ?? []), format, options);
}

/** Draws one boot. */
export async function renderEval(
  report: EvalReport,
  format: string,
  options: TableOptions & { readonly all?: boolean; readonly next?: readonly string[] },
): Promise<string> {
  const { evalPage } = await import('./page/eval-page.ts');
  return draw(evalPage(report, { all: options.all ?? false, next: options.next ?? [] }), format, options);
}
