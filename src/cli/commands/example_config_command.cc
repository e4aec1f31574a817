#include <sys/stat.h>

#include <string>

#include "cli/commands/commands.h"
#include "cli/help/example_config.h"
#include "cli/options/option.h"
#include "io/file/atomic_file.h"

namespace gophercap::cli {
namespace {

constexpr Option<std::string> kConfig{Command::kExampleConfig, "config"};
constexpr Option<bool> kForce{Command::kExampleConfig, "force"};

Result<> write_config(const std::string& path) {
  TRY(io::AtomicFile file, io::AtomicFile::create(path, io::Sync::kNo));
  TRY_VOID(file.write(example_config()));
  return file.commit();
}

}  // namespace

Outcome example_config_command(Invocation& invocation, Console& console) {
  invocation.settings.apply(invocation.arguments);  // only the command line matters here
  const auto path = invocation.settings.get(kConfig);
  if (path.empty() || path == "-") return {print_result(console, example_config(), ExitCode::kOk)};
  struct stat existing {};
  if (lstat(path.c_str(), &existing) == 0 && !invocation.settings.get(kForce)) {
    console.error(path + ": exists already");
    console.hint("--force replaces it");
    return {ExitCode::kFailed};
  }
  if (const Result<> written = write_config(path); !written) {
    print_error(console, written.error());
    return {ExitCode::kFailed};
  }
  console.note(path + ": written");
  return {};
}

}  // namespace gophercap::cli
