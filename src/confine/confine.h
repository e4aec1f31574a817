// Least privilege: limits what the calling thread, and every thread that it starts later, may do.
// Captures come from untrusted sources, and code that a hostile one has taken over must not be able
// to do harm. docs/security.md describes each restriction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gophercap::confine {

// Which system calls stay allowed. None of these sets allows to start programs, trace, mount, or
// load code into the kernel.
enum class Calls : uint8_t {
  kWaiting,    // memory, locks, open descriptors: for a thread that waits for events
  kLink,       // kWaiting and rtnetlink queries
  kServing,    // kWaiting and clients of an open socket
  kFiles,      // kWaiting and files: reads captures, writes outputs
  kSending,    // kFiles, sending on open sockets, rtnetlink queries
  kPreparing,  // files, new sockets, resource limits, and further confinement
};

struct Files {
  std::vector<std::string> reads{};  // files to read, besides those that libraries read
  // Files that are written or replaced; "-" and empty paths are ignored. Their folders become
  // writable, since a file is created there under a temporary name first.
  std::vector<std::string> outputs{};
  std::vector<std::string> devices{};  // written in place, if they exist
  std::vector<std::string> folders{};  // existing folders; everything below may be written
  std::vector<std::string> emptied{};  // folders in which empty folders may be removed
  bool names_resolved = false;         // names of hosts and ports are resolved, which needs files
                                       // and the network
};

struct Needs {
  std::optional<Calls> calls{};     // empty: unchanged
  std::optional<Files> files{};     // empty: unchanged
  std::vector<int> capabilities{};  // to keep if the thread has them: CAP_NET_RAW, …
  // True if files and folders of other users are written and changed, as root may do.
  bool owns_all = false;
};

// The result of each restriction, as text for a report: "yes" or details, or "no: why".
struct Confinement {
  std::string no_new_privs;
  std::string capabilities;  // the remaining ones, or "none"
  std::string seccomp;
  std::string landlock;
};

// Applies every restriction that the system supports; a missing one is not a failure. After
// kPreparing, the next call can confine the thread further, but never less.
Confinement confine(const Needs& needs);

// Returns whether the calling thread has, or may acquire, all of these.
bool holds(const std::vector<int>& capabilities);

// Confinement of a process that runs one job. It is off until turn_on() is called, so tests can run
// jobs without confining the test process.

// Turns confinement on and takes the first step, unless `wanted` is false or the build writes files
// of its own at exit (coverage, sanitizers). Must be called before other threads exist.
void turn_on(bool wanted, const Needs& from_the_beginning);

// Calls confine() if confinement is turned on and the previous step was kPreparing; after any other
// step, only what the job needs is left anyway. Not thread-safe.
void confine_job(const Needs& needs);
// What confine_job() has achieved so far.
Confinement job_confinement();

// For a helper thread that was started before the job was confined: it loses all capabilities and
// all access to files.
void confine_helper(Calls calls);

}  // namespace gophercap::confine
