import { Command } from 'commander';
import { type SchemaName, schemas } from '../../schema/schemas.ts';
import { action, deliver, jsonText, optionsOf, usageError, withOutput } from '../common-options.ts';
import type { ExitCode } from '../exit.ts';
import { didYouMean } from '../suggest.ts';

function isName(name: string): name is SchemaName {
  return Object.hasOwn(schemas, name);
}

function run(command: Command, name: string | undefined): ExitCode {
  const options = optionsOf(command);
  const names = Object.keys(schemas) as SchemaName[];
  if (name === undefined) return deliver(names.map((each) => `${each.padEnd(10)}  ${String(schemas[each].title)}\n`).join(''), options);
  if (!isName(name)) return usageError(`there is no schema '${name}'${didYouMean(name, names)}; there are ${names.join(', ')}`);
  return deliver(jsonText(schemas[name]), options);
}

/** `cpueval schema`: the published schemas. */
export function command(): Command {
  const schema = new Command('schema')
    .description('Print the JSON Schema (2020-12) of a format; without a name, list them.')
    .argument('[name]', 'profile, blob, scenario, eval, diff, run, blob-list');
  return withOutput(schema, ['json'])
    .addHelpText('after', '\nExamples:\n  cpueval schema\n  cpueval schema profile > profile.schema.json\n')
    .action(action(run));
}
