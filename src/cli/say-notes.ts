import { escapeControl } from '../base/escape.ts';
import { writeErr } from './streams.ts';

/** Says on standard error what a capture put back, could not read, and how to get it. */
export function sayNotes(notes: readonly string[]): void {
  for (const note of notes) writeErr(`note: ${escapeControl(note)}\n`);
}
