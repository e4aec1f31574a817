// Resolves paths component by component with descriptors, so that nobody can insert a symbolic link
// between checking a file and using it.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Returns whether files of this user are trusted in shared folders: those of root, of the current
// user, and of the user who called sudo (SUDO_UID, only if run as root). In a set-user-id program,
// neither the environment nor the calling user is trusted.
bool is_trusted_owner(uid_t owner) noexcept;

// Returns "belongs to another user (uid 1000)".
std::string of_another_user(uid_t owner);

// The ends of errors about files that are not used because of their owner.
inline constexpr std::string_view kNotRead = "; it is not read";
inline constexpr std::string_view kNotWritten = "; nothing is written through it";

enum class Purpose {
  kRead,   // links of other users are followed, except after a shared folder
  kWrite,  // links of other users are never followed
};

struct WalkEnd {
  Fd folder;         // opened with O_PATH
  std::string name;  // name in `folder`; "." if the path ends with a folder
  // About the existing file, which is not a symbolic link unless by_kernel is set. Empty if there
  // is none.
  std::optional<struct stat> facts;
  // True if the path leads through a shared folder: one that everybody may write to, where nobody
  // can remove files of others (world-writable and sticky, like /tmp).
  bool shared = false;
  // True if `name` is a link in /proc to something that may not have a path, such as a pipe. open()
  // must then follow it.
  bool by_kernel = false;

  // The O_NOFOLLOW flag for openat(), or 0.
  int no_follow() const noexcept;
};

// Errors begin with `path`. kPermission if a link is not followed.
Result<WalkEnd> walk(const std::string& path, Purpose purpose);

// Opens the folder at `path` for writing files into it. Creates it and its parents if necessary.
Result<Fd> make_folder(const std::string& path);

}  // namespace gophercap::io
