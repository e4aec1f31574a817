#include "dataset/find/discover.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "archive/tarball.h"
#include "base/fd.h"
#include "base/retry.h"
#include "base/shortage.h"
#include "capture/capture_reader.h"
#include "dataset/find/member_path.h"
#include "dataset/find/name_choice.h"

namespace gophercap::dataset {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

enum class Kind : uint8_t { kFile, kFolder, kLinkToFolder, kOther, kUnreadable };

// d_type saves a system call per file, which dominates in folders with 100,000 files.
Kind kind_of(int folder_fd, const dirent& entry) {
  if (entry.d_type == DT_REG) return Kind::kFile;
  if (entry.d_type == DT_DIR) return Kind::kFolder;
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return Kind::kOther;
  struct stat facts {};
  bool link = entry.d_type == DT_LNK;
  if (!link) {  // the file system does not provide the type
    if (fstatat(folder_fd, entry.d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      return Kind::kUnreadable;
    }
    link = S_ISLNK(facts.st_mode);
  }
  if (link && fstatat(folder_fd, entry.d_name, &facts, 0) != 0) return Kind::kUnreadable;
  if (S_ISREG(facts.st_mode)) return Kind::kFile;
  if (S_ISDIR(facts.st_mode)) return link ? Kind::kLinkToFolder : Kind::kFolder;
  return Kind::kOther;
}

bool is_regular(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

// Only called for files without the name of a capture, since there may be very many of those. Fails
// if the system prevented the check; a file that is unreadable for its own fault is not a tarball.
Result<bool> is_tarball(const std::string& path) {
  if (is_capture_name(path)) return false;
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return errno_error(errno, path);
  if (!S_ISREG(facts.st_mode)) return false;
  Result<bool> holds = archive::holds_tar(path);
  if (!holds && !capture::is_refusal(holds.error().code)) return false;
  return holds;
}

Fd open_folder(const std::string& path) {
  return Fd(uninterrupted([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
}

// Returns whether the path has the form "big.tar.gz!/dir/x.pcap" and big.tar.gz exists.
bool is_member(const std::string& path) {
  return split_member_path(path, is_regular).has_value();
}

// Folders are searched under their own names first, then through links in the order of their paths.
// So the path under which a file is found does not depend on the order in which the file system
// lists entries.
class Walker {
 public:
  Walker(const NameChoice& choice, bool by_default_endings)
      : choice_(choice), by_default_endings_(by_default_endings) {}

  Result<> add(const std::string& path) {
    if (path == "-") {
      found_.paths.push_back(path);
      return {};
    }
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) {
      const int sys = errno;
      if (is_member(path)) {
        take(path);
        return {};
      }
      return errno_error(sys, path);
    }
    if (S_ISDIR(facts.st_mode)) {
      walk(path);
    } else {
      take(path);
    }
    return {};
  }

  Discovery finish(const std::stop_token& stop) {
    while (!links_.empty()) walk(links_.extract(links_.begin()).value());
    for (std::vector<std::string>* paths : {&found_.paths, &found_.tarballs}) {
      std::sort(paths->begin(), paths->end());
      paths->erase(std::unique(paths->begin(), paths->end()), paths->end());
    }
    std::sort(found_.problems.begin(), found_.problems.end(),
              [](const Unreadable& a, const Unreadable& b) { return a.path < b.path; });
    found_.passed_over = passed_over_.look(stop);
    return std::move(found_);
  }

 private:
  void take(std::string path) {
    // The expression selects members, not the tarball itself.
    Result<bool> tarball = is_tarball(path);
    if (!tarball) {
      found_.problems.push_back({path, tarball.error().with_context(path)});
    } else if (*tarball) {
      found_.tarballs.push_back(std::move(path));
    } else if (choice_.path_fits(path)) {
      found_.paths.push_back(std::move(path));
    }
  }

  void problem(int sys, const std::string& path) {
    found_.problems.push_back({path, errno_error(sys, path)});
  }

  void walk(const std::string& top) {
    std::vector<std::string> pending = {top};
    while (!pending.empty()) {
      const std::string path = std::move(pending.back());
      pending.pop_back();
      list(path, pending);
    }
  }

  // Takes the files of a folder and adds its subfolders to `pending`.
  void list(const std::string& path, std::vector<std::string>& pending) {
    Fd fd = open_folder(path);
    struct stat facts {};
    if (!fd.valid() || fstat(fd.value(), &facts) != 0) return problem(errno, path);
    if (!visited_.emplace(facts.st_dev, facts.st_ino).second) return;
    const Folder folder(fdopendir(fd.value()));
    if (folder == nullptr) return problem(errno, path);
    const int folder_fd = fd.release();  // closed by the stream

    const std::string prefix = path.ends_with('/') ? path : path + '/';
    while (true) {
      errno = 0;
      const dirent* entry = readdir(folder.get());
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      switch (kind_of(folder_fd, *entry)) {
        case Kind::kFile:
          if (choice_.ending_fits(name)) {
            take(prefix + entry->d_name);
          } else if (by_default_endings_ && entry->d_type != DT_LNK &&
                     choice_.path_fits(prefix + entry->d_name)) {
            passed_over_.add(prefix + entry->d_name);
          }
          break;
        case Kind::kFolder:
          pending.push_back(prefix + entry->d_name);
          break;
        case Kind::kLinkToFolder:
          links_.insert(prefix + entry->d_name);
          break;
        case Kind::kOther:
          break;
        case Kind::kUnreadable: {
          const int sys = errno;
          problem(sys, prefix + entry->d_name);
          break;
        }
      }
    }
    if (errno != 0) problem(errno, path);
  }

  const NameChoice& choice_;
  const bool by_default_endings_;
  Discovery found_;
  PassedOverFiles passed_over_;
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::set<std::string> links_;  // links to folders, not searched yet
};

}  // namespace

Result<Discovery> discover(const Selection& selection, const std::stop_token& stop) {
  TRY(const NameChoice choice, NameChoice::make(selection.suffixes, selection.regexp));
  Walker walker(choice, selection.suffixes.empty());
  for (const std::string& path : selection.paths) TRY_VOID(walker.add(path));
  Discovery found = walker.finish(stop);
  for (const Unreadable& problem : found.problems) {
    if (is_shortage(problem.error)) return problem.error;
  }
  return found;
}

}  // namespace gophercap::dataset
