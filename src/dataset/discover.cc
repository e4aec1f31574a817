#include "dataset/discover.h"

#include <dirent.h>
#include <fcntl.h>
#include <re2/re2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "base/fd.h"

namespace gophercap::dataset {
namespace {

constexpr std::array<std::string_view, 3> kDefaultEndings = {".pcap", ".pcapng", ".cap"};
constexpr std::array<std::string_view, 6> kCompressionEndings = {"",     ".gz", ".zst",
                                                                 ".lz4", ".xz", ".bz2"};

bool ends_with_any_case(std::string_view name, std::string_view lower_ending) {
  if (name.size() < lower_ending.size()) return false;
  const std::string_view tail = name.substr(name.size() - lower_ending.size());
  return std::equal(tail.begin(), tail.end(), lower_ending.begin(), [](char c, char lower) {
    return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == lower;
  });
}

// Which names inside folders are captures.
class Endings {
 public:
  explicit Endings(const std::vector<std::string>& given) : default_(given.empty()) {
    for (const std::string& ending : given) {
      const bool dotted = ending.empty() || ending.front() == '.';
      exact_.push_back(dotted ? ending : '.' + ending);
    }
  }

  bool match(std::string_view name) const {
    if (!default_) {
      return std::any_of(exact_.begin(), exact_.end(),
                         [&](const std::string& ending) { return name.ends_with(ending); });
    }
    for (const std::string_view compression : kCompressionEndings) {
      if (!ends_with_any_case(name, compression)) continue;
      const std::string_view plain = name.substr(0, name.size() - compression.size());
      for (const std::string_view ending : kDefaultEndings) {
        if (ends_with_any_case(plain, ending)) return true;
      }
    }
    return false;
  }

 private:
  bool default_;
  std::vector<std::string> exact_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

enum class Kind : uint8_t { kFile, kFolder, kLinkToFolder, kOther, kUnreadable };

// d_type saves a system call per file, which is most of the time where folders hold 100,000 of
// them.
Kind kind_of(int folder_fd, const dirent& entry) {
  if (entry.d_type == DT_REG) return Kind::kFile;
  if (entry.d_type == DT_DIR) return Kind::kFolder;
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return Kind::kOther;
  struct stat facts {};
  bool link = entry.d_type == DT_LNK;
  if (!link) {  // a file system that does not tell
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

// Folders are walked under their own names first and through links afterwards, the links in the
// order of their paths: so the name under which a file is found does not depend on the order in
// which a file system lists its entries.
class Walker {
 public:
  Walker(Endings endings, const RE2* regexp) : endings_(std::move(endings)), regexp_(regexp) {}

  Result<> add(const std::string& path) {
    if (path == "-") {
      found_.paths.push_back(path);
      return {};
    }
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return errno_error(errno, path);
    if (S_ISDIR(facts.st_mode)) {
      walk(path);
    } else {
      take(path);
    }
    return {};
  }

  Discovery finish() {
    while (!links_.empty()) walk(links_.extract(links_.begin()).value());
    std::sort(found_.paths.begin(), found_.paths.end());
    found_.paths.erase(std::unique(found_.paths.begin(), found_.paths.end()), found_.paths.end());
    std::sort(found_.problems.begin(), found_.problems.end(),
              [](const Error& a, const Error& b) { return a.what < b.what; });
    return std::move(found_);
  }

 private:
  void take(std::string path) {
    if (regexp_ == nullptr || RE2::PartialMatch(path, *regexp_)) {
      found_.paths.push_back(std::move(path));
    }
  }

  void problem(int sys, const std::string& path) {
    found_.problems.push_back(errno_error(sys, path));
  }

  void walk(const std::string& top) {
    std::vector<std::string> pending = {top};
    while (!pending.empty()) {
      const std::string path = std::move(pending.back());
      pending.pop_back();
      list(path, pending);
    }
  }

  // Takes the files of one folder and puts the folders in it into `pending`.
  void list(const std::string& path, std::vector<std::string>& pending) {
    Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat facts {};
    if (!fd.valid() || fstat(fd.value(), &facts) != 0) return problem(errno, path);
    if (!visited_.emplace(facts.st_dev, facts.st_ino).second) return;
    const Folder folder(fdopendir(fd.value()));
    if (folder == nullptr) return problem(errno, path);
    const int folder_fd = fd.release();  // the stream closes it

    const std::string prefix = path.ends_with('/') ? path : path + '/';
    while (true) {
      errno = 0;
      const dirent* entry = readdir(folder.get());
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      switch (kind_of(folder_fd, *entry)) {
        case Kind::kFile:
          if (endings_.match(name)) take(prefix + entry->d_name);
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

  Endings endings_;
  const RE2* regexp_;
  Discovery found_;
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::set<std::string> links_;  // to folders, not walked yet
};

}  // namespace

Result<Discovery> discover(const Selection& selection) {
  std::unique_ptr<RE2> regexp;
  if (!selection.regexp.empty()) {
    regexp = std::make_unique<RE2>(selection.regexp, RE2::Quiet);
    if (!regexp->ok()) {
      return Error{Errc::kInvalidArgument, 0,
                   "regular expression \"" + selection.regexp + "\": " + regexp->error()};
    }
  }
  Walker walker(Endings(selection.suffixes), regexp.get());
  for (const std::string& path : selection.paths) TRY_VOID(walker.add(path));
  return walker.finish();
}

}  // namespace gophercap::dataset
