import type { Profile } from '../../data/contract/profile.ts';
import type { ImportFile, ImportInput, ImportOutcome } from '../types.ts';
import { type ProblemList, problemList } from './problems.ts';

/**
 * Imports files each of which stands for itself.
 * @param importFile makes profiles of one file, and notes what is wrong with it
 * @param cannotCarry what no dump of the format can say
 * @returns the profiles of all files, and every problem with the file that it is in
 */
export function importFileByFile(
  input: ImportInput,
  importFile: (file: ImportFile, problems: ProblemList) => readonly Profile[],
  cannotCarry: readonly string[],
): ImportOutcome {
  const results = input.files.map((file) => {
    const problems = problemList();
    const profiles = importFile(file, problems);
    return { profiles, problems: problems.list().map((problem) => ({ file: file.name, ...problem })) };
  });
  return { profiles: results.flatMap(({ profiles }) => profiles), problems: results.flatMap(({ problems }) => problems), cannotCarry };
}
