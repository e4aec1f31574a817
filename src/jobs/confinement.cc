#include "jobs/confinement.h"

#include <linux/capability.h>

#include <string_view>

#include "jobs/map/tarballs.h"

namespace gophercap::jobs {
namespace {

// The index of a tarball is beside the dump, beside the tarball, or in a temporary folder.
void add_tarball(const std::string& dump_path, const std::string& tarball, confine::Files& files) {
  files.reads.push_back(tarball);
  // Listed as outputs, these paths allow writing to their folders.
  files.outputs.push_back(dump_path);
  files.outputs.push_back(tarball);
  files.folders.push_back(temporary_parent());
}

}  // namespace

void begin_confinement(bool wanted, bool opens_interface) {
  confine::turn_on(wanted,
                   {.calls = confine::Calls::kPreparing,
                    .capabilities = opens_interface ? opening_capabilities() : std::vector<int>(),
                    .owns_all = true});
}

std::vector<int> opening_capabilities() {
  return {CAP_NET_RAW, CAP_NET_ADMIN, CAP_SYS_NICE, CAP_IPC_LOCK, CAP_SYS_RESOURCE};
}

void add_found(const dataset::Discovery& found, const std::string& dump_path,
               confine::Files& files) {
  for (const std::string& path : found.paths) {
    files.reads.push_back(path);
    // A member of a tarball, or a file whose name looks like one.
    for (size_t at = path.find("!/"); at != std::string::npos; at = path.find("!/", at + 1))
      add_tarball(dump_path, path.substr(0, at), files);
  }
  for (const std::string& tarball : found.tarballs) add_tarball(dump_path, tarball, files);
}

void add_set(const std::vector<dataset::FileSummary>& set, const std::string& dump_path,
             confine::Files& files) {
  std::string_view before;  // members of the same tarball are adjacent
  for (const dataset::FileSummary& file : set) {
    if (file.tarball.empty()) {
      files.reads.push_back(file.path);
    } else if (file.tarball != before) {
      add_tarball(dump_path, file.tarball, files);
      before = file.tarball;
    }
  }
}

}  // namespace gophercap::jobs
