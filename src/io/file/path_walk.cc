#include "io/file/path_walk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/auxv.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/retry.h"

namespace gophercap::io {
namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY | O_CLOEXEC;
constexpr int kMostLinks = 40;  // same limit as the kernel

// The user who called sudo; -1 if nobody did.
uid_t sudo_caller() noexcept {
  constexpr auto kNobody = static_cast<uid_t>(-1);
  const char* text = std::getenv("SUDO_UID");
  if (text == nullptr || ::geteuid() != 0) return kNobody;
  const std::string_view digits(text);
  uid_t uid = kNobody;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), uid);
  return error == std::errc() && end == digits.data() + digits.size() ? uid : kNobody;
}

bool is_shared_folder(const struct stat& facts) noexcept {
  constexpr mode_t kShared = S_ISVTX | S_IWOTH;
  return (facts.st_mode & kShared) == kShared;
}

bool is_on_proc(int fd) noexcept {
  struct statfs facts {};
  return ::fstatfs(fd, &facts) == 0 && facts.f_type == PROC_SUPER_MAGIC;
}

Fd open_at(int folder, const char* name, int flags) {
  return Fd(uninterrupted([&] { return ::openat(folder, name, flags); }));
}

class Walker {
 public:
  Walker(const std::string& path, Purpose purpose, bool make)
      : path_(path), purpose_(purpose), make_(make), rest_(path) {}

  Result<WalkEnd> run();

 private:
  Result<std::optional<WalkEnd>> step();
  Result<bool> enter(const std::string& name);
  Result<std::optional<WalkEnd>> look_at(const std::string& name, bool last);
  Result<std::optional<WalkEnd>> follow(const std::string& name, const Fd& link,
                                        const struct stat& facts, bool last);
  Result<std::optional<WalkEnd>> follow_by_kernel(const std::string& name, bool last);
  Result<> start_at(const char* folder);
  WalkEnd end_with(std::string name, std::optional<struct stat> facts);
  Error failure(int sys) const { return errno_error(sys, path_); }

  const std::string& path_;
  const Purpose purpose_;
  const bool make_;
  std::string rest_;  // the rest of the path, relative to folder_
  Fd folder_;
  int links_ = 0;
  bool shared_ = false;
};

Result<> Walker::start_at(const char* folder) {
  folder_ = open_at(AT_FDCWD, folder, kFolder);
  if (!folder_.valid()) return failure(errno);
  return {};
}

WalkEnd Walker::end_with(std::string name, std::optional<struct stat> facts) {
  return {std::move(folder_), std::move(name), facts, shared_};
}

Result<WalkEnd> Walker::run() {
  if (path_.empty()) return failure(ENOENT);
  TRY_VOID(start_at(path_.starts_with('/') ? "/" : "."));
  while (true) {
    TRY(std::optional<WalkEnd> end, step());
    if (end) return *std::move(end);
  }
}

Result<std::optional<WalkEnd>> Walker::step() {
  struct stat folder {};
  if (::fstat(folder_.value(), &folder) != 0) return failure(errno);
  shared_ = shared_ || is_shared_folder(folder);
  rest_.erase(0, std::min(rest_.find_first_not_of('/'), rest_.size()));
  if (rest_.empty()) return std::optional(end_with(".", folder));
  const size_t slash = rest_.find('/');
  const std::string name = rest_.substr(0, slash);
  const bool last = slash == std::string::npos;  // "a/" refers to the folder a
  rest_.erase(0, slash);
  if (name == ".") return std::optional<WalkEnd>();
  if (!last || make_ || name == "..") {
    TRY(const bool entered, enter(name));
    if (entered) return std::optional<WalkEnd>();
  }
  return look_at(name, last);
}

// Returns false if it is not a folder, or is a symbolic link. Opening it as a folder also triggers
// automounts.
Result<bool> Walker::enter(const std::string& name) {
  Fd folder = open_at(folder_.value(), name.c_str(), kFolder | O_NOFOLLOW);
  if (!folder.valid() && errno == ENOENT && make_) {
    if (::mkdirat(folder_.value(), name.c_str(), 0777) != 0 && errno != EEXIST)
      return failure(errno);
    folder = open_at(folder_.value(), name.c_str(), kFolder | O_NOFOLLOW);
  }
  if (folder.valid()) {
    folder_ = std::move(folder);
    return true;
  }
  if (errno != ENOTDIR && errno != ELOOP) return failure(errno);
  return false;
}

Result<std::optional<WalkEnd>> Walker::look_at(const std::string& name, bool last) {
  const Fd entry = open_at(folder_.value(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (!entry.valid()) {
    if (errno == ENOENT && last) return std::optional(end_with(name, std::nullopt));
    return failure(errno);
  }
  struct stat facts {};
  if (::fstat(entry.value(), &facts) != 0) return failure(errno);
  if (S_ISLNK(facts.st_mode)) return follow(name, entry, facts, last);
  if (!last) return failure(ENOTDIR);
  return std::optional(end_with(name, facts));
}

Result<std::optional<WalkEnd>> Walker::follow(const std::string& name, const Fd& link,
                                              const struct stat& facts, bool last) {
  if (++links_ > kMostLinks) return failure(ELOOP);
  if ((purpose_ == Purpose::kWrite || shared_) && !is_trusted_owner(facts.st_uid)) {
    return Error{Errc::kPermission, 0,
                 fmt::format("{}: \"{}\" is a symbolic link that {}{}", path_, name,
                             of_another_user(facts.st_uid),
                             purpose_ == Purpose::kWrite ? kNotWritten : kNotRead),
                 purpose_ == Purpose::kWrite ? Cause::kOther : Cause::kUntrustedOwner};
  }
  if (is_on_proc(link.value())) {
    TRY(std::optional<WalkEnd> end, follow_by_kernel(name, last));
    if (end) return end;
  }
  std::array<char, PATH_MAX> text;
  const ssize_t length = ::readlinkat(link.value(), "", text.data(), text.size());
  if (length < 0) return failure(errno);
  rest_.insert(0, text.data(), static_cast<size_t>(length));
  if (rest_.starts_with('/')) TRY_VOID(start_at("/"));
  return std::optional<WalkEnd>();
}

// Returns nothing if the link can be followed by its text, like any other.
Result<std::optional<WalkEnd>> Walker::follow_by_kernel(const std::string& name, bool last) {
  struct stat facts {};
  if (::fstatat(folder_.value(), name.c_str(), &facts, 0) != 0) return failure(errno);
  // A regular file is replaced under its name, not written to.
  const bool by_name =
      S_ISDIR(facts.st_mode) || (S_ISREG(facts.st_mode) && purpose_ == Purpose::kWrite);
  if (by_name || !last) return std::optional<WalkEnd>();
  WalkEnd end = end_with(name, facts);
  end.by_kernel = true;
  return std::optional(std::move(end));
}

}  // namespace

bool is_trusted_owner(uid_t owner) noexcept {
  if (owner == 0 || owner == ::geteuid()) return true;
  const bool has_more_rights = ::getauxval(AT_SECURE) != 0;
  return !has_more_rights && (owner == ::getuid() || owner == sudo_caller());
}

std::string of_another_user(uid_t owner) {
  return fmt::format("belongs to another user (uid {})", owner);
}

int WalkEnd::no_follow() const noexcept {
  return by_kernel ? 0 : O_NOFOLLOW;
}

Result<WalkEnd> walk(const std::string& path, Purpose purpose) {
  return Walker(path, purpose, false).run();
}

Result<Fd> make_folder(const std::string& path) {
  TRY(const WalkEnd end, Walker(path, Purpose::kWrite, true).run());
  if (!end.facts || !S_ISDIR(end.facts->st_mode)) return errno_error(ENOTDIR, path);
  Fd folder = open_at(end.folder.value(), end.name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!folder.valid()) return errno_error(errno, path);
  return folder;
}

}  // namespace gophercap::io
