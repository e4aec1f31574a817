#include "jobs/tar/output_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace gophercap::jobs {

OutputFolder::OutputFolder(const std::string& path) : path_(path) {
  std::filesystem::path here;
  for (const std::filesystem::path& name : std::filesystem::path(path)) {
    here /= name;
    if (::mkdir(here.c_str(), 0777) == 0) {
      made_.push_back(here.string());
    } else if (errno != EEXIST) {
      error_ = errno;
      break;
    }
  }
  std::error_code failed;
  used_ = made_.empty() && !path.empty() && !std::filesystem::is_empty(path, failed);
}

OutputFolder::~OutputFolder() {
  while (!made_.empty() && ::rmdir(made_.back().c_str()) == 0) made_.pop_back();
}

Result<> OutputFolder::result() const {
  std::error_code unknown;
  if (error_ == 0 || std::filesystem::exists(path_, unknown)) return {};
  return errno_error(error_, path_);
}

std::string OutputFolder::made_in() const {
  if (made_.empty()) return {};
  // The last component of "a/" is empty.
  const std::filesystem::path first(made_.front());
  const std::filesystem::path above = first.parent_path();
  return above.empty() ? "." : above.string();
}

}  // namespace gophercap::jobs
