import { Command, Option } from 'commander';
import { action, deliver, jsonText, optionsOf, refuse, withOutput } from '../common-options.ts';
import { readProfile } from '../documents.ts';
import type { ExitCode } from '../exit.ts';
import { type KernelOptions, kernelOf, withKernel } from '../kernel-options.ts';
import { machineOf, withModuleOption } from '../machine.ts';
import { sayAssumptions } from '../say-assumptions.ts';
import { tableWidth } from '../table-width.ts';

interface Options extends KernelOptions {
  readonly profile: string;
  readonly module: readonly string[];
  readonly as?: 'cpuinfo' | 'sysfs';
}

async function run(command: Command): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  const profile = await readProfile(options.profile);
  if (profile.value === null) return refuse(profile.problems);
  const kernel = await kernelOf(options, profile.value.value);
  if (kernel.value === null) return refuse(kernel.problems);
  const machine = await machineOf(profile.value, kernel.value, { modules: options.module, guests: [] });
  if (machine.value === null) return refuse(machine.problems);
  const { evalReport } = await import('../../engine/report/eval-report.ts');
  const report = evalReport(machine.value.machine, kernel.value.report);
  await sayAssumptions(kernel.value, options, machine.value.machine.kernel.log);
  if (options.as) {
    const { asCpuinfo } = await import('../../views/as-cpuinfo.ts');
    const { asSysfs } = await import('../../views/as-sysfs.ts');
    return deliver(options.as === 'cpuinfo' ? asCpuinfo(report) : asSysfs(report), options);
  }
  if (options.format === 'json') return deliver(jsonText(report), options);
  const { renderEval } = await import('../../views/render.ts');
  return deliver(await renderEval(report, options.format, tableWidth(options)), options);
}

/** `cpueval eval`: one cold boot, and everything the kernel says of its CPUs. */
export function command(): Command {
  const evaluate = new Command('eval')
    .description("Boot a kernel on a CPU and show flags, bugs, vulnerabilities, SMT, KVM's capabilities and what is executed in fact.")
    .requiredOption('--profile <profile>', 'a NAME of `cpueval list profiles`, a file, or -')
    .addOption(new Option('--as <form>', 'print as the kernel does: /proc/cpuinfo, or grep . over the vulnerabilities of sysfs').choices(['cpuinfo', 'sysfs']));
  withModuleOption(withKernel(evaluate));
  return withOutput(evaluate, ['table', 'json', 'markdown', 'html'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval eval --profile skylake-06-5e-03-c6\n  cpueval eval --profile host.json --kernel 7.2 --cmdline "mitigations=auto,nosmt" --json\n  cpueval eval --profile host.json --as cpuinfo | grep ^bugs\n',
    )
    .action(action(run));
}
