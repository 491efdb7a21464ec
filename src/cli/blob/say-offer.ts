import type { CommonOptions } from '../common-options.ts';
import { printProblems } from '../print-problems.ts';
import { sayNotes } from '../say-notes.ts';
import type { Offer } from './offer-blob.ts';

/** Says on standard error how a real file became the update of a report, what is wrong with it, and what would lead round a forbidden jump. */
export function sayOffer({ problems, notes, way }: Offer, { quiet }: Pick<CommonOptions, 'quiet'>): void {
  printProblems(problems);
  if (!quiet) sayNotes(way === undefined ? notes : [...notes, way]);
}
