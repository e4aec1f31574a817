// Extracts links, the members that refer to other files.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract/extractor.h"

namespace gophercap::archive {
namespace {

// Returns the target of `link`, which is in the folder with these parts. REQUIRES: stays_inside().
std::vector<std::string_view> resolve(std::vector<std::string_view> folder, std::string_view link) {
  while (link.starts_with("../") || link.starts_with("./") || link == ".." || link == ".") {
    if (link.starts_with("..")) folder.pop_back();
    const size_t slash = link.find('/');
    link.remove_prefix(slash == std::string_view::npos ? link.size() : slash + 1);
    while (link.starts_with('/')) link.remove_prefix(1);
  }
  std::vector<std::string_view> below;
  static_cast<void>(split_path(link, below));
  folder.insert(folder.end(), below.begin(), below.end());
  return folder;
}

std::string link_text(int folder, const std::string& name) {
  std::array<char, PATH_MAX> text;
  const ssize_t length = ::readlinkat(folder, name.c_str(), text.data(), text.size());
  return length < 0 ? std::string() : std::string(text.data(), static_cast<size_t>(length));
}

// Returns a refusal if the file system cannot create such a link or name; nothing if writing fails
// altogether.
std::optional<Refusal> refusal_for_link(int sys) {
  switch (sys) {
    case EEXIST:
      return Refusal::kExists;
    case ENAMETOOLONG:
    case EILSEQ:
    case EINVAL:
      return Refusal::kBadName;
    case EPERM:
    case ENOTSUP:
    case EMLINK:
      return Refusal::kUnknownKind;
    case ENOENT:
      return Refusal::kLinkTarget;
    default:
      return std::nullopt;
  }
}

}  // namespace

// Removes a file that existed before this run.
Result<> Extractor::make_room(const Target& target) const {
  if (target.spot != Spot::kReplace) return {};
  if (::unlinkat(tree_->folder(), target.name.c_str(), 0) != 0 && errno != ENOENT)
    return errno_error(errno, tree_->shown(tree_->path_of(target.name)));
  return {};
}

Extractor::Verdict Extractor::take_hard_link(const Member& member) {
  std::vector<std::string_view> parts;
  if (const std::optional<Refusal> refusal = split_path(member.link, parts)) {
    const bool too_much = *refusal == Refusal::kPathTooLong || *refusal == Refusal::kTooDeep;
    return std::optional(too_much ? *refusal : Refusal::kLinkOutside);
  }
  const std::string source = output_of(parts);
  if (source.empty()) return std::optional(Refusal::kLinkTarget);
  std::string name;
  TRY(const std::optional<Refusal> refusal, go_to(member, name));
  if (refusal) return refusal;
  if (source.size() > join_parts(parts, '/').size()) name += io::suffix_of(options_.compression);

  const size_t slash = source.rfind('/');
  const bool at_top = slash == std::string::npos;
  const std::string source_name = at_top ? source : source.substr(slash + 1);
  TRY(const Fd folder, tree_->open_folder(at_top ? "" : source.substr(0, slash)));
  struct stat original {};
  // A symbolic link would have another target in another folder.
  if (::fstatat(folder.value(), source_name.c_str(), &original, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(original.st_mode)) {
    return std::optional(Refusal::kLinkTarget);
  }
  TRY(const Target target, find_name(name, [&](const std::string&, const struct stat& facts) {
        return facts.st_ino == original.st_ino && facts.st_dev == original.st_dev;
      }));
  if (target.refusal) return target.refusal;
  if (target.spot == Spot::kComplete) {
    ++counts_.resumed;
  } else {
    TRY_VOID(make_room(target));
    if (::linkat(folder.value(), source_name.c_str(), tree_->folder(), target.name.c_str(), 0) !=
        0) {
      if (const std::optional<Refusal> reason = refusal_for_link(errno)) return reason;
      return errno_error(errno, tree_->shown(tree_->path_of(target.name)));
    }
    ++counts_.links;
  }
  made(member, target.name, name);
  return std::optional<Refusal>();
}

// If the target of a symbolic link got another name, the link refers to that name.
Extractor::Verdict Extractor::take_symlink(const Member& member) {
  std::vector<std::string_view> parts;
  if (const std::optional<Refusal> refusal = split_path(member.path, parts)) return refusal;
  if (parts.empty()) return std::optional(Refusal::kBadName);
  parts.pop_back();
  if (member.link.size() > kLongestPath) return std::optional(Refusal::kPathTooLong);
  if (is_absolute(member.link)) return std::optional(Refusal::kAbsolutePath);
  if (!stays_inside(member.link, parts.size())) return std::optional(Refusal::kLinkOutside);
  std::string name;
  TRY(const std::optional<Refusal> refusal, go_to(member, name));
  if (refusal) return refusal;

  std::string text = member.link;
  const std::vector<std::string_view> leads_to = resolve(parts, member.link);
  const std::string plain = join_parts(leads_to, options_.flatten ? '-' : '/');
  const std::string output = output_of(leads_to);
  if (options_.flatten) text = output.empty() ? plain : output;
  if (output.size() > plain.size()) {
    name += io::suffix_of(options_.compression);
    if (!options_.flatten) text += io::suffix_of(options_.compression);
  }
  if (text.empty()) return std::optional(Refusal::kLinkFolder);
  TRY(const Target target, find_name(name, [&](const std::string& it, const struct stat& facts) {
        return S_ISLNK(facts.st_mode) && link_text(tree_->folder(), it) == text;
      }));
  if (target.refusal) return target.refusal;
  if (target.spot == Spot::kComplete) {
    ++counts_.resumed;
  } else {
    TRY_VOID(make_room(target));
    if (::symlinkat(text.c_str(), tree_->folder(), target.name.c_str()) != 0) {
      if (const std::optional<Refusal> reason = refusal_for_link(errno)) return reason;
      return errno_error(errno, tree_->shown(tree_->path_of(target.name)));
    }
    const std::array<timespec, 2> times = {
        timespec{0, UTIME_OMIT},
        timespec{member.mtime_seconds, static_cast<long>(member.mtime_nanos)}};
    // Not all file systems store times of links.
    static_cast<void>(
        ::utimensat(tree_->folder(), target.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW));
    ++counts_.links;
  }
  made(member, target.name, name);
  return std::optional<Refusal>();
}

}  // namespace gophercap::archive
