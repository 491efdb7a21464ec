import type { Step } from '../session.ts';

function guest({ guest: name, name: other }: Step): string {
  return name ?? other ?? 'a guest';
}

function cpus(step: Step): string {
  return `CPU ${(step.cpus ?? [step.cpu ?? 1]).join(', ')}`;
}

function moduleName({ module, name }: Step): string {
  return module ?? name ?? 'a module';
}

function migration(step: Step): string {
  if (step.direction === 'away') return `move ${guest(step)} away`;
  return step.direction === 'back' ? `bring ${guest(step)} back` : `move ${guest(step)} there and back`;
}

const LABELS: Readonly<Record<string, (step: Step) => string>> = {
  boot: () => 'boot',
  'microcode-late-load': () => 'late load',
  'kvm-load': () => 'load KVM',
  'kvm-unload': () => 'unload KVM',
  'guest-start': (step) => `start ${guest(step)}`,
  'guest-stop': (step) => `stop ${guest(step)}`,
  'guest-migrate': migration,
  'vcpu-create': (step) => `add a vCPU to ${guest(step)}`,
  'cpu-online': (step) => `${cpus(step)} on`,
  'cpu-offline': (step) => `${cpus(step)} off`,
  resume: () => 'suspend and resume',
  'process-start': ({ name }) => (name === '*' ? 'restart all processes' : `start ${name ?? 'a process'}`),
  'module-load': (step) => `load ${moduleName(step)}`,
  'host-msr-write': ({ msr, value }) => `write MSR ${msr ?? '?'} = ${value ?? '?'}`,
  reevaluate: () => 're-evaluate',
  kexec: () => 'kexec',
  reboot: () => 'reboot',
};

/** @returns what a step is called in the timeline: two or three words. */
export function stepLabel(step: Step): string {
  return Object.hasOwn(LABELS, step.type) ? LABELS[step.type]!(step) : step.type;
}
