import type { EventType } from '../../engine/events/event.ts';

/** Events at which a copy is taken. */
export const takenWords: Readonly<Record<EventType, string>> = {
  boot: 'boot',
  'microcode-late-load': 'late load',
  'kvm-load': 'KVM load',
  'kvm-unload': 'KVM unload',
  'guest-start': 'guest start',
  'guest-stop': 'guest stop',
  'guest-migrate': 'migration',
  'vcpu-create': 'vCPU creation',
  'cpu-online': 'CPU online',
  'cpu-offline': 'CPU offline',
  resume: 'resume',
  'process-start': 'process start',
  'module-load': 'module load',
  'host-msr-write': 'MSR write',
  reevaluate: 're-evaluation',
  kexec: 'kexec',
  reboot: 'reboot',
};

/** What one notices of a stale copy, by the code that the ledger gives; a sentence stands for itself. */
export const symptomWords: Readonly<Record<string, string>> = {
  none: 'none visible',
  'flags-old': '/proc/cpuinfo shows the old flags',
  'feature-unused': 'new features are not used',
  'text-old': 'sysfs says what it said at boot',
  'guests-miss-feature': 'new guests are not given the feature',
  'guests-keep-feature': 'guests are told of a feature that is gone',
  'guests-keep-what-a-boot-drops': 'guests are told of what a boot would take from them',
  'guest-frozen': 'the guest goes on with what it was told',
  'host-value-restored': 'KVM writes the old host value back',
  'illegal-instruction': 'an instruction that is gone may be executed',
  'feature-gone-and-still-used': 'a feature that is gone is still counted on',
  'kept-though-a-boot-drops-it': 'stays in use, though a boot would switch it off',
  'old-code-runs': 'nothing visible; the code of the boot runs',
  'tsx-left-as-it-is': 'TSX stays as the CPU came up with it',
  'lost-over-suspend': 'a suspend loses the MSR on the boot CPU',
  'corruption-risk': 'memory may be overwritten',
  'msr-not-switched-for-guests': 'guests cannot use the MSR',
  'slower-flush': 'the flush is done in software, slower',
  'cpu-refused-at-online': 'a CPU that goes off may not come back',
  'slower-but-safe': 'slower, but safe',
};

/** Why microcode_check() does not see a changed bit. */
export const blindSpotWords: Readonly<Record<string, string>> = {
  msr: 'it is in an MSR; the kernel compares CPUID only',
  masked: 'the kernel had switched it off itself and compares what is left',
  'no-capability-word': 'the kernel keeps no word for this CPUID register',
  'other-cpu': 'it is on another CPU; the kernel looks at one only',
  register: 'the kernel compares single feature bits, not this register',
  'not-enumerated': 'nothing enumerates it',
};
