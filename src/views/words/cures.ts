/** What a person does to cure a stale copy. */
export const cureWords: Readonly<Record<string, string>> = {
  none: 'nothing: it updates by itself',
  reboot: 'reboot',
  kexec: 'kexec',
  'kvm-reload': 'reload KVM',
  'kvm-unload': 'unload KVM',
  'guest-recreate': 'recreate the guest',
  'guest-start': 'start the guest again',
  'guest-stop': 'stop the guest',
  'process-restart': 'restart the process',
  'cpu-hotplug': 'CPU off and on',
  hotplug: 'CPU off and on',
  'module-reload': 'reload the module',
  'vcpu-create': 'create the vCPU again',
  'runtime-parameter': 'set the parameter at run time',
  'cache-refresh': 'refresh the cache',
  'libvirt-refresh': 'refresh libvirt',
  reevaluate: 'a kernel that re-evaluates',
};

/** Why a cure that one would expect to help does not. */
export const notCuredWords: Readonly<Record<string, string>> = {
  'masked-with-boot-cpu-data': 'the word is masked with boot_cpu_data',
  'kernel-word': 'the word is masked with boot_cpu_data',
  'from-boot-bugs': 'it follows the bug bits of the boot',
  'from-boot-caps': 'it follows the features of the boot',
  'boot-decision': 'it was decided at boot',
  'set-once': 'it is set once, at boot',
  'losses-only': 'it takes lost features away and gives no new ones',
  'frozen-at-creation': 'it was given to the guest when that was created',
  'same-cpuid-only': 'after its first run a vCPU keeps its CPUID',
  'other-cpus-only': 'it reaches the CPUs that go off and on, never CPU 0',
  'patched-once': 'it is patched once, at boot',
  'kvm-answers-as-before': 'KVM still gives the old answer',
  'cached-by-the-daemon': 'the daemon remembers the old answer',
};
