import { Command, Option } from 'commander';
import { inFile } from '../../base/problem.ts';
import type { Profile } from '../../data/contract/profile.ts';
import { exporters } from '../../importers/export/index.ts';
import { validateProfile } from '../../schema/validate-profile.ts';
import { action, deliver, optionsOf, withOutput } from '../common-options.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printProblems } from '../print-problems.ts';
import { readJson } from '../read-input.ts';
import { writeErr } from '../streams.ts';

async function run(command: Command, file: string): Promise<ExitCode> {
  const options = optionsOf<{ to: string }>(command);
  const input = await readJson(file, 'profile');
  printProblems(input.problems);
  if (input.value === null) return EXIT.usage;
  const problems = inFile(input.value.file, validateProfile(input.value.value));
  printProblems(problems);
  if (problems.length > 0) return EXIT.usage;
  const profile = input.value.value as Profile;
  const entry = exporters.find(({ id }) => id === options.to);
  // commander has held --to against the choices.
  if (!entry) return EXIT.bug;
  const exporter = await entry.load();
  const lost = exporter.lost(profile);
  if (lost.length > 0 && !options.quiet) writeErr(`note: ${exporter.title} cannot carry ${lost.join('; ')}\n`);
  return deliver(exporter.write(profile), options);
}

/** `cpueval export`: a profile in a form that other tools read. */
export function command(): Command {
  const exportCommand = new Command('export')
    .description('Write a profile in a form that other tools read.')
    .argument('<profile>', 'a NAME, a file or -')
    .addOption(new Option('--to <format>', 'the form').choices(exporters.map(({ id }) => id)).default('cpuid'));
  return withOutput(exportCommand, ['text'])
    .addHelpText(
      'after',
      `\nForms:\n${exporters.map(({ id, title }) => `  ${id.padEnd(12)} ${title}`).join('\n')}\n\nExamples:\n  cpueval export host.json | cpuid -f -\n  cpueval export host.json --to libvirt -o host.xml\n`,
    )
    .action(action(run));
}
