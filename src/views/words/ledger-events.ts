import type { RunEvent } from '../../engine/scenario/run-report.ts';
import { cpuList } from './word-of.ts';

type Heading = (event: RunEvent) => string;

const cpus = (event: RunEvent): string => cpuList((event.cpus ?? [event.cpu ?? 1]).map(String));
const guest = (event: RunEvent): string => event.guest ?? event.name ?? 'a guest';

/** What happens at a step, as a heading. */
const headings: Readonly<Record<RunEvent['type'], Heading>> = {
  boot: () => 'boot',
  'microcode-late-load': ({ blob }) => `late load${blob === undefined ? '' : ` of ${blob}`}`,
  'kvm-load': ({ module }) => `load ${module ?? 'KVM'}`,
  'kvm-unload': ({ module }) => `unload ${module ?? 'KVM'}`,
  'guest-start': (event) => `start guest ${guest(event)}`,
  'guest-stop': (event) => `stop guest ${guest(event)}`,
  'guest-migrate': (event) => `migrate guest ${guest(event)}${event.direction === undefined ? ' away and back' : ` ${event.direction}`}`,
  'vcpu-create': (event) => `add a virtual CPU to ${guest(event)}`,
  'cpu-online': (event) => `${cpus(event)} online`,
  'cpu-offline': (event) => `${cpus(event)} offline`,
  resume: () => 'suspend and resume',
  'process-start': ({ name }) => (name === '*' ? 'restart every process' : `start ${name ?? 'a process'}`),
  'module-load': ({ module, name }) => `load module ${module ?? name ?? ''}`,
  'host-msr-write': ({ msr, value }) => `write ${value ?? '?'} into MSR ${msr ?? '?'} of the host`,
  reevaluate: () => 're-evaluate',
  kexec: () => 'kexec',
  reboot: ({ blob }) => `reboot${blob === undefined ? '' : ` with ${blob}`}`,
};

/** @returns what an event is called in the story. */
export function eventHeading(event: RunEvent): string {
  return headings[event.type]?.(event) ?? event.type;
}
