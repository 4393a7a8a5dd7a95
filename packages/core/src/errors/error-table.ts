/** Class of an error, by name. */
export type ErrorClassName =
  | 'MonitorError'
  | 'ConfigurationError'
  | 'PermissionError'
  | 'ProcessNotFoundError'
  | 'HardwareNotSupportedError';

/** One row of the table. `{name}` in a template stands for the fact of that name. */
export interface ErrorRow {
  readonly type: ErrorClassName;
  /** What is wrong. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}

const CONFIG = 'ConfigurationError';
const PROCESS = 'ProcessNotFoundError';
const HOST = 'HardwareNotSupportedError';

/** Every error of hftmon. `docs/errors.md` lists the same codes; a test compares them. */
export const ERROR_TABLE = {
  HFTMON_E_CONFIG_INVALID: {
    type: CONFIG,
    what: 'option {option} is {value}, but it must be {expected}',
    remedy: 'set {option} to {expected}',
  },
  HFTMON_E_DURATION_INVALID: {
    type: CONFIG,
    what: '"{value}" is not a duration',
    remedy: 'write a number and a unit: 10s, 1.5s, 500ms, 50us, 100ns, 2m or 1h',
  },
  HFTMON_E_CPU_NOT_FOUND: {
    type: CONFIG,
    what: 'CPU {cpu} of {option} does not exist or is offline; online are {online}',
    remedy: 'choose CPUs from {online}',
  },
  HFTMON_E_CPU_NEEDED: {
    type: CONFIG,
    what: 'CPU {cpu} is not for a thread that keeps it busy: {reason}',
    remedy: '{remedy}',
  },
  HFTMON_E_PRIORITY_RANGE: {
    type: CONFIG,
    what: 'real-time priority {value} is out of range, it must be between 0 and 99',
    remedy: 'use 0 for none, or 1 to 99',
  },
  HFTMON_E_PRIORITY_NOT_PERMITTED: {
    type: 'PermissionError',
    what: 'this process may not use real-time priority {value} (its limit is {limit})',
    remedy: 'raise the limit (ulimit -r {value}), grant CAP_SYS_NICE, or run as root',
  },
  HFTMON_E_PID_INVALID: {
    type: PROCESS,
    what: '{pid} is not a process id',
    remedy: 'give a positive integer; `pgrep -n NAME` prints one',
  },
  HFTMON_E_PROCESS_NOT_FOUND: {
    type: PROCESS,
    what: 'there is no process {pid}',
    remedy: 'check the pid with `ps -p {pid}`; it may have ended',
  },
  HFTMON_E_PROCESS_ZOMBIE: {
    type: PROCESS,
    what: 'process {pid} ({comm}) has ended and only waits for its parent (zombie)',
    remedy: 'attach to a running process',
  },
  HFTMON_E_PROCESS_KERNEL_THREAD: {
    type: PROCESS,
    what: '{pid} ({comm}) is a kernel thread, not a process',
    remedy: 'attach to the process that it disturbs; kernel threads show up in its receipts',
  },
  HFTMON_E_PROCESS_EXITED: {
    type: PROCESS,
    what: 'process {pid} ended while it was being attached',
    remedy: 'start it again, or launch it with `hftmon ... -- COMMAND`',
  },
  HFTMON_E_PROCESS_IS_THREAD: {
    type: PROCESS,
    what: '{pid} is a thread of process {tgid}, not a process',
    remedy: 'attach to {tgid}; all of its threads are followed',
  },
  HFTMON_E_PID_NAMESPACE: {
    type: PROCESS,
    what: 'this process is in a pid namespace of its own, so pids here are not those of the kernel',
    remedy: "run hftmon in the host's pid namespace (docker run --pid=host)",
  },
  HFTMON_E_CAPABILITY_MISSING: {
    type: 'PermissionError',
    what: 'this process lacks {capability}, needed to {purpose}',
    remedy:
      'run as root, or grant it: sudo setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_sys_resource,cap_sys_nice+ep $(readlink -f $(which node))',
  },
  HFTMON_E_NOT_PERMITTED: {
    type: 'PermissionError',
    what: 'the kernel does not permit {operation} ({detail})',
    remedy: 'run as root, and check kernel.perf_event_paranoid, lockdown and seccomp',
  },
  HFTMON_E_BTF_MISSING: {
    type: HOST,
    what: 'the kernel does not describe its types: {path} is missing',
    remedy: 'boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (every current distribution kernel)',
  },
  HFTMON_E_BPF_LOAD: {
    type: HOST,
    what: 'the BPF probes were not loaded: {detail}',
    remedy: 'run `hftmon doctor`, and report the output with the kernel version (uname -r)',
  },
  HFTMON_E_TRACEPOINT_MISSING: {
    type: HOST,
    what: 'the kernel has no tracepoint {tracepoint}',
    remedy: 'use a kernel that has it; `hftmon doctor` lists what works without it',
  },
  HFTMON_E_UNSUPPORTED: {
    type: HOST,
    what: '{feature} is not available on this host: {reason}',
    remedy: '{remedy}',
  },
  HFTMON_E_NATIVE_MISSING: {
    type: HOST,
    what: 'the native library for {platform} was not found at {path}',
    remedy: 'reinstall @hftmon/perf-native, or build it in a checkout with `npm run build`',
  },
  HFTMON_E_NATIVE_ABI: {
    type: HOST,
    what: 'the native library {path} has ABI version {found}, but {expected} is needed',
    remedy: 'install the same version of all @hftmon packages, or rebuild with `npm run build`',
  },
  HFTMON_E_NATIVE_CALL: {
    type: 'MonitorError',
    what: '{operation} failed: {detail}',
    remedy: 'run `hftmon doctor`; it tests each part by itself',
  },
  HFTMON_E_TOO_MANY_THREADS: {
    type: CONFIG,
    what: 'the targets have {threads} threads, but only {limit} can be followed',
    remedy: 'attach fewer processes, or raise the limit',
  },
  HFTMON_E_THREAD_NOT_FOUND: {
    type: PROCESS,
    what: 'there is no thread {tid}',
    remedy: 'it may have ended; `ps -L -p PID` lists the threads of a process',
  },
  HFTMON_E_MEMORY_NOT_PERMITTED: {
    type: 'PermissionError',
    what: 'this process may not look at the memory of process {pid} ({detail})',
    remedy:
      'run as root or as the user of the process, or grant CAP_SYS_PTRACE; kernel.yama.ptrace_scope above 0 forbids it to that user, too',
  },
  HFTMON_E_DEBUG_REGISTERS: {
    type: HOST,
    what: 'the debug registers of thread {tid} are all in use',
    remedy: 'watch fewer addresses at once, or end the debugger or monitor that holds them',
  },
  HFTMON_E_NOT_ENABLED: {
    type: CONFIG,
    what: '{feature} is not enabled: {reason}',
    remedy: 'set {option}',
  },
  HFTMON_E_SAMPLE_RATE: {
    type: CONFIG,
    what: 'a sample every {periodNs} ns is more than the {limitHz} per second that the kernel permits',
    remedy: 'sample at most every {leastNs} ns, or raise kernel.perf_event_max_sample_rate',
  },
  HFTMON_E_FILES_EXHAUSTED: {
    type: 'PermissionError',
    what: 'no file descriptor is left for {operation}',
    remedy: 'raise the limit (ulimit -n), or follow fewer threads',
  },
  HFTMON_E_LOCKED_MEMORY: {
    type: 'PermissionError',
    what: 'the kernel gives this process no more locked memory for {operation}',
    remedy:
      'raise kernel.perf_event_mlock_kb or ulimit -l, grant CAP_IPC_LOCK, or follow fewer threads',
  },
  HFTMON_E_RING_INVALID: {
    type: CONFIG,
    what: 'the memory is not a record ring of this version: {detail}',
    remedy: 'install the same version of all @hftmon packages',
  },
  HFTMON_E_RING_FULL: {
    type: 'MonitorError',
    what: 'ring {ring} is full; {refused} records were turned away',
    remedy: 'read it more often, or make it larger',
  },
  HFTMON_E_COLLECTOR_META: {
    type: CONFIG,
    what: 'collector {collector}: {field} is {value}, but it must be {expected}',
    remedy: 'correct the meta object of the collector',
  },
  HFTMON_E_COLLECTOR_SHAPE: {
    type: CONFIG,
    what: 'collector {collector} has no {member}() method',
    remedy: 'implement the Collector interface of @hftmon/core',
  },
  HFTMON_E_COLLECTOR_API: {
    type: CONFIG,
    what: 'collector {collector} was written for host API {found}, but this host has {expected}',
    remedy: 'install a version of the collector for host API {expected}',
  },
  HFTMON_E_COLLECTOR_DUPLICATE: {
    type: CONFIG,
    what: 'a collector named {collector} is registered already',
    remedy: 'register each collector once; rename one if they differ',
  },
  HFTMON_E_COLLECTOR_UNKNOWN: {
    type: CONFIG,
    what: 'there is no collector named {collector}; there are {known}',
    remedy: 'choose from {known}, or install its package',
  },
  HFTMON_E_COLLECTOR_STATE: {
    type: 'MonitorError',
    what: 'collector {collector} is {state}, not open',
    remedy: 'start the session first, and check why with `hftmon doctor`',
  },
  HFTMON_E_COLLECTOR_FAILED: {
    type: 'MonitorError',
    what: 'collector {collector} failed in {operation} and was shut off: {detail}',
    remedy: "the other collectors go on; report it to the collector's author",
  },
  HFTMON_E_PLUGIN_KIND_DUPLICATE: {
    type: CONFIG,
    what: 'record kind {kind} of collector {collector} is taken by collector {owner}',
    remedy: "prefix the kind with the collector's name",
  },
  HFTMON_E_PLUGIN_KIND_UNKNOWN: {
    type: CONFIG,
    what: 'collector {collector} did not declare record kind {kind}',
    remedy: 'add it to pluginKinds in the meta object of the collector',
  },
  HFTMON_E_PLUGIN_KINDS_EXHAUSTED: {
    type: CONFIG,
    what: 'there is no number left for record kind {kind} of collector {collector}',
    remedy: 'register fewer collectors in one session',
  },
  HFTMON_E_MARKER_REFUSED: {
    type: 'MonitorError',
    what: 'the marks of process {pid} (descriptor {fd}) are not read: {detail}',
    remedy: 'build the process with the hftmon_marker.h of this version of @hftmon/marker',
  },
  HFTMON_E_MARKER_HIDDEN: {
    type: 'PermissionError',
    what: 'whether process {pid} marks its work can not be seen: {detail}',
    remedy: 'run hftmon as the user of the process, or give it CAP_SYS_PTRACE',
  },
  HFTMON_E_MARKER_TOO_MANY: {
    type: 'MonitorError',
    what: 'not all marks of process {pid} are read: a session reads {limit} areas of marks',
    remedy: 'watch fewer processes in one session, or mark in fewer shared libraries',
  },
  HFTMON_E_SPAN_PROBE_PLACE: {
    type: CONFIG,
    what: '{place} of the span "{span}" was not found: {reason}',
    remedy: '{remedy}',
  },
  HFTMON_E_SPAN_PROBE_REFUSED: {
    type: HOST,
    what: 'the span "{span}" is not probed: {reason}',
    remedy: '{remedy}',
  },
  HFTMON_E_PAUSES_UNSEEN: {
    type: HOST,
    what: 'the garbage collections of process {pid} are not seen: {reason}',
    remedy: '{remedy}',
  },
  HFTMON_E_MARKER_INIT: {
    type: 'MonitorError',
    what: 'this process can have no marks: {detail}',
    remedy: 'allow it more descriptors (ulimit -n) and address space (ulimit -v), or fewer marks',
  },
  HFTMON_E_RECORDING_FOREIGN: {
    type: CONFIG,
    what: '{file} is no recording of hftmon',
    remedy: 'give a file that hftmon wrote; those of the flight recorder end in .flight',
  },
  HFTMON_E_RECORDING_NEWER: {
    type: CONFIG,
    what: '{file} has {found}, but this version reads format {expected}',
    remedy: 'read it with the version of hftmon that wrote it, or a newer one',
  },
  HFTMON_E_RECORDING_DAMAGED: {
    type: 'MonitorError',
    what: '{file} is damaged or cut off: {detail}',
    remedy: 'copy it again from where it was written; a recording is whole when it has its name',
  },
  HFTMON_E_RECORDING_READ: {
    type: CONFIG,
    what: 'the recording {file} cannot be read: {detail}',
    remedy: 'check the path, and who may read it: recordings belong to the user who wrote them',
  },
  HFTMON_E_RECORDING_WRITE: {
    type: 'MonitorError',
    what: 'no recording was written to {directory}: {detail}',
    remedy: 'free space there, allow writing to it, or give another directory',
  },
  HFTMON_E_SESSION_STATE: {
    type: 'MonitorError',
    what: 'cannot {operation} a session that is {state}',
    remedy: 'make a new session',
  },
  HFTMON_E_INTERNAL: {
    type: 'MonitorError',
    what: '{operation} failed unexpectedly: {detail}',
    remedy: 'report it with the steps that lead to it',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;

/** Every code of hftmon. */
export type ErrorCode = keyof typeof ERROR_TABLE;
