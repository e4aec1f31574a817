// Least privilege: what the calling thread, and every thread that it starts from then on, may still
// do. Captures come from strangers; code that a hostile one has taken over is to find nothing worth
// having. docs/security.md says what each wall is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gophercap::confine {

// Which system calls are left. None starts programs, traces, mounts, or loads code into the kernel.
enum class Calls : uint8_t {
  kWaiting,    // memory, locks, descriptors that are open: a thread that waits for events
  kLink,       // the same, and questions by rtnetlink
  kFiles,      // files too: reads captures, writes outputs
  kSending,    // the same, sends by sockets that are open, asks by rtnetlink
  kPreparing,  // files, new sockets, limits, and being confined further
};

struct Files {
  std::vector<std::string> reads{};  // files; beside these only what libraries read
  // Files that are written or replaced; "-" and empty ones are passed over. What may be written are
  // the folders that they come to lie in, since a file appears there under another name first.
  std::vector<std::string> outputs{};
  std::vector<std::string> devices{};  // written as they are, where they exist
  std::vector<std::string> folders{};  // that exist, and are written below
  std::vector<std::string> emptied{};  // folders in which empty folders may be removed
  bool names_resolved = false;         // of hosts and ports, which needs files and the network
};

struct Needs {
  std::optional<Calls> calls{};     // empty: as before
  std::optional<Files> files{};     // empty: as before
  std::vector<int> capabilities{};  // to keep, of those that the thread has: CAP_NET_RAW, …
  // Whether files and folders of others are written and changed, as root may.
  bool owns_all = false;
};

// What became of each wall, in words for a report: "yes" or what was got, or "no: why".
struct Confinement {
  std::string no_new_privs;
  std::string capabilities;  // that are left; "none"
  std::string seccomp;
  std::string landlock;
};

// Puts up each wall that the system has; that it has none is no failure. A thread can be confined
// further by the next call, after kPreparing, and never less.
Confinement confine(const Needs& needs);

// Whether the calling thread has, or may take, all of these.
bool holds(const std::vector<int>& capabilities);

// For a process that runs one job. Off until it is turned on, so that tests can run jobs in a
// process that stays as it is.

// In builds that write files of their own at their end (coverage, sanitizers), and with `wanted`
// false, nothing is confined. To be called before other threads exist.
void turn_on(bool wanted, const Needs& from_the_beginning);

// confine(), if it was turned on, and the step before was kPreparing: what is left then is all that
// a job needs. Not for two threads at once.
void confine_job(const Needs& needs);
// What confine_job() has got so far.
Confinement job_confinement();

// For a thread that lives beside the job and began before it was confined: no capability, no file.
void confine_helper(Calls calls);

}  // namespace gophercap::confine
