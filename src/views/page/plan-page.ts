import type { DiffReport } from '../../engine/model/report.ts';
import { loadSentence } from './diff-answer.ts';
import { assumptionNote, headline } from './diff-page.ts';
import { cpuWords } from './headline.ts';
import { inhibitorSection } from './inhibitor-section.ts';
import type { Page } from './page.ts';
import { comparison, planBlocks } from './plan-section.ts';

/**
 * The cure plan as a page of its own: what the comparison says first, then the steps and what they leave.
 * @param report of the same dry run as `cpueval diff`
 */
export function planPage(report: DiffReport, next: readonly string[]): Page {
  const inhibitors = inhibitorSection(report);
  const blocks = planBlocks(report.plan).filter(({ kind }) => kind !== 'note');
  return {
    title: `${cpuWords(report.cpu)}, plan for microcode ${report.blob.revision ?? report.blob.id}`,
    headline: headline(report),
    answer: [loadSentence(report), ...comparison(report.plan)],
    blocks: [...(inhibitors === null ? [] : [inhibitors]), ...blocks, ...assumptionNote(report.summary.assumptions)],
    next,
  };
}
