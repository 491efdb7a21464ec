import { inFile, type Problem } from '../base/problem.ts';
import type { Profile } from '../data/contract/profile.ts';
import { detectImporter, type Importer, type ImportInput, importers } from '../importers/index.ts';
import { unpack } from './dump-files.ts';

/** What came of all arguments together. */
export interface Harvest {
  readonly profiles: Profile[];
  readonly problems: Problem[];
  /** Files of folders and archives that are no dump. */
  readonly skipped: string[];
  /** Format title to what it cannot carry. */
  readonly lost: Map<string, readonly string[]>;
}

async function chosen(from: string | undefined, input: ImportInput): Promise<Importer | null> {
  const entry = importers.find(({ id }) => id === from);
  return entry ? entry.load() : detectImporter(input);
}

/** What a file is that no importer takes, as far as its beginning tells. */
function kindOf(input: ImportInput | null): string {
  const bytes = input?.files[0]?.bytes;
  if (bytes === undefined) return 'something else';
  if (bytes.length === 0) return 'an empty file';
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  if (/"schema"\s*:\s*"cpueval\/profile\//.test(head)) return 'a profile of cpueval: give it to --profile as it is';
  return /^arm_midr=/m.test(head) ? 'a dump of an ARM CPU' : 'something else';
}

function unknownFormat(file: string, input: ImportInput | null = null): Problem {
  const titles = importers.map(({ title }) => title).join('; ');
  return { code: 'unknown-format', file, path: '', expected: `a dump that is known (--from names one): ${titles}`, got: kindOf(input) };
}

/** One input; files of a folder may be archives, and archives hold inputs again. */
async function importInput(input: ImportInput, inside: boolean, from: string | undefined, harvest: Harvest): Promise<void> {
  const [only] = input.files;
  if (only && input.files.length === 1) {
    const unpacked = unpack(only);
    if (unpacked.inside) {
      await importAll(only.name, unpacked.inputs, true, from, harvest);
      return;
    }
    harvest.problems.push(...unpacked.problems);
    if (unpacked.inputs.length === 0) return;
    if (unpacked.inputs[0]?.files[0] !== only) {
      await importInput(unpacked.inputs[0] as ImportInput, inside, from, harvest);
      return;
    }
  }
  const importer = await chosen(inside ? undefined : from, input);
  const wanted = importer && (from === undefined || importer.id === from) ? importer : null;
  if (wanted === null) {
    if (inside) harvest.skipped.push(...input.files.map(({ name }) => name));
    else harvest.problems.push(unknownFormat(input.name, input));
    return;
  }
  const outcome = wanted.import(input);
  harvest.profiles.push(...outcome.profiles);
  harvest.problems.push(...inFile(input.name, outcome.problems));
  if (outcome.profiles.length > 0) harvest.lost.set(wanted.title, outcome.cannotCarry);
}

/**
 * Imports the inputs of one argument; each is forgotten when it is done, so that a large folder does not fill the memory.
 * @param name the argument
 * @param inputs what is in it; emptied
 * @param inside they come out of a folder or archive: what is no dump there is passed over
 * @param from id of the one format that is wanted, or undefined
 * @param harvest takes profiles, problems and notes
 */
export async function importAll(name: string, inputs: ImportInput[], inside: boolean, from: string | undefined, harvest: Harvest): Promise<void> {
  const before = harvest.profiles.length + harvest.problems.length;
  while (inputs.length > 0) await importInput(inputs.shift() as ImportInput, inside, from, harvest);
  if (inside && harvest.profiles.length + harvest.problems.length === before) harvest.problems.push(unknownFormat(name));
}
