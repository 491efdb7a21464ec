import type { DiffReport } from '../engine/model/report.ts';
import { reasonText } from './page/diff-answer.ts';

/*
 * JSON says everything, in the order in which the engine builds it: the same bytes for the same input. Views add the one thing the engine
 * does not have, words for the reasons of a load.
 */

/** @returns the report with a sentence for each reason of the load, keys in the order of the contract. */
export function wordedDiff(report: DiffReport): DiffReport {
  const reasons = report.load.reasons.map((reason) => ({
    code: reason.code,
    enforcedBy: reason.enforcedBy,
    text: `${reasonText(reason)}.`,
    hard: reason.hard,
    args: reason.args,
  }));
  return { ...report, load: { ...report.load, reasons } };
}

/** Characters that JSON may carry as they are but that a terminal may obey or hide: DEL, C1 controls, direction marks, zero widths. */
const RISKY = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** @returns any report as JSON text: two blanks deep, a line break at the end; risky characters as `\u` escapes, which mean the same. */
export function reportJson(report: unknown): string {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return text.replace(RISKY, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
