#include "archive/extract/output_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "base/retry.h"
#include "io/file/path_walk.h"

namespace gophercap::archive {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<Fd> duplicate(const Fd& fd, const std::string& shown) {
  Fd copy(::fcntl(fd.value(), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return errno_error(errno, shown);
  return copy;
}

// A name that the file system does not support is a fault of the archive, not a failed write.
bool is_bad_name(int sys) {
  return sys == ENAMETOOLONG || sys == EILSEQ || sys == EINVAL;
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder ||
         (path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace

OutputTree::OutputTree(std::string top_path, Fd top)
    : top_path_(std::move(top_path)), top_(std::move(top)) {}

Result<std::unique_ptr<OutputTree>> OutputTree::open(const std::string& path) {
  TRY(Fd top, io::make_folder(path));
  std::unique_ptr<OutputTree> tree(new OutputTree(path, std::move(top)));
  TRY(tree->current_, duplicate(tree->top_, path));
  return tree;
}

std::string OutputTree::path_of(std::string_view name) const {
  std::string path = current_path_;
  if (!path.empty()) path += '/';
  return path += name;
}

std::string OutputTree::shown(std::string_view path) const {
  std::string text = top_path_;
  if (path.empty()) return text;
  if (!text.ends_with('/')) text += '/';
  return text += path;
}

Result<std::optional<Refusal>> OutputTree::enter(const std::vector<std::string_view>& names) {
  std::string asked = join_parts(names, '/');
  if (asked == asked_) return std::optional<Refusal>();
  // Starts from the current folder if the new one is below it, otherwise from the top. Each name
  // takes one step, so that every folder gets its own entry.
  const bool deeper = !asked_.empty() && is_below(asked, asked_);
  TRY(Fd folder, duplicate(deeper ? current_ : top_, top_path_));
  std::string path = deeper ? current_path_ : std::string();
  const auto known = deeper ? 1 + std::count(asked_.begin(), asked_.end(), '/') : std::ptrdiff_t{0};
  for (const std::string_view name : std::span(names).subspan(static_cast<size_t>(known))) {
    TRY(const std::optional<Refusal> refusal, step(folder, path, name));
    if (refusal) return refusal;
  }
  TRY_VOID(leave_for(path));
  current_ = std::move(folder);
  current_path_ = std::move(path);
  asked_ = std::move(asked);
  return std::optional<Refusal>();
}

// Enters one folder level.
Result<std::optional<Refusal>> OutputTree::step(Fd& folder, std::string& path,
                                                std::string_view name) {
  constexpr uint64_t kMostNumbers = 100;
  const std::string above = path.empty() ? path : path + '/';
  std::string here(name);
  for (uint64_t number = 2; number <= kMostNumbers; ++number) {
    // Most folders exist already, because members of the same folder are adjacent.
    const auto open_here = [&] { return ::openat(folder.value(), here.c_str(), kFolderFlags); };
    Fd next(uninterrupted(open_here));
    if (!next.valid() && errno == ENOENT) {
      if (::mkdirat(folder.value(), here.c_str(), 0777) == 0 || errno == EEXIST)
        next = Fd(uninterrupted(open_here));
    }
    if (next.valid()) {
      folder = std::move(next);
      path = above + here;
      return std::optional<Refusal>();
    }
    if (is_bad_name(errno)) return std::optional(Refusal::kBadName);
    if (errno != ENOTDIR && errno != ELOOP) return errno_error(errno, shown(above + here));
    if (!made(above + here)) return std::optional(Refusal::kInTheWay);
    here = numbered_name(name, number);
  }
  return std::optional(Refusal::kInTheWay);
}

void OutputTree::finish_later(mode_t mode, timespec mtime) {
  if (current_path_.empty()) return;  // the top folder belongs to the user
  const Pending folder{current_path_, mode, mtime};
  if (!pending_.empty() && pending_.back().path == current_path_) {
    pending_.back() = folder;
  } else {
    pending_.push_back(folder);
  }
}

Result<> OutputTree::leave_for(std::string_view path) {
  while (!pending_.empty() && !is_below(path, pending_.back().path)) {
    Pending left = std::move(pending_.back());
    pending_.pop_back();
    if ((left.mode & S_IRWXU) != S_IRWXU) {
      forbidden_.push_back(std::move(left));
    } else {
      TRY_VOID(apply(left));
    }
  }
  return {};
}

Result<> OutputTree::finish_folders(const std::stop_token& stop) {
  while (!pending_.empty()) {
    TRY_VOID(apply(pending_.back()));
    pending_.pop_back();
  }
  // Subfolders come first. After a stop request these folders stay accessible, so that a later run
  // can continue.
  for (const Pending& folder : forbidden_) {
    if (stop.stop_requested()) break;
    TRY_VOID(apply(folder));
  }
  forbidden_.clear();
  return {};
}

Result<> OutputTree::apply(const Pending& pending) const {
  Result<Fd> folder = open_folder(pending.path);
  // Another program has removed it or changed its mode.
  if (!folder) return {};
  const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, pending.mtime};
  if (::fchmod(folder->value(), pending.mode) != 0 ||
      ::futimens(folder->value(), times.data()) != 0) {
    return errno_error(errno, shown(pending.path));
  }
  return {};
}

Result<Fd> OutputTree::open_folder(const std::string& path) const {
  TRY(Fd folder, duplicate(top_, top_path_));
  // split_path() cannot be used, since added numbers may have made the path longer than that of a
  // member may be.
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    Fd next(uninterrupted(
        [&] { return ::openat(folder.value(), std::string(name).c_str(), kFolderFlags); }));
    if (!next.valid()) return errno_error(errno, shown(path));
    folder = std::move(next);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return folder;
}

}  // namespace gophercap::archive
