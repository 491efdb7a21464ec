import type { Finding, Machine } from '../model/machine.ts';
import type { EventRule, Happened, MachineEvent } from './event.ts';
import { bootCpuDataChange, cpuOffline, cpuOnline } from './hotplug.ts';

function cpusOf(event: MachineEvent): readonly number[] {
  return event.cpus ?? [event.cpu ?? 1];
}

/** Several CPUs one after the other; the first that is refused ends it, as a loop in a shell under `set -e` would. */
function each(machine: Machine, event: MachineEvent, step: (machine: Machine, cpu: number) => Happened, code: string): Happened {
  let now = machine;
  const findings: Finding[] = [];
  for (const cpu of cpusOf(event)) {
    const happened = step(now, cpu);
    now = happened.machine;
    findings.push(...happened.findings);
    if (happened.refused) return { machine: now, findings, refused: true };
  }
  const ended: Finding = { code, args: { cpus: cpusOf(event).map(String) } };
  return { machine: now, findings: [...findings, ended, ...bootCpuDataChange(machine, now)], refused: false };
}

export const cpuOnlineEvent: EventRule = {
  type: 'cpu-online',
  happen: (machine, event) => each(machine, event, cpuOnline, 'cpus-online'),
  // The CPU is set up as the boot has decided.
  reads: () => ['mitigation choices', 'tsx_ctrl_state', 'x86_spec_ctrl_base'],
};

export const cpuOfflineEvent: EventRule = {
  type: 'cpu-offline',
  happen: (machine, event) => each(machine, event, cpuOffline, 'cpus-offline'),
};
