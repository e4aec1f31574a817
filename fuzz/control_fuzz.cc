// Lines for the control socket of a replay, and answers for ctl.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "jobs/control/protocol.h"
#include "replay/control.h"

namespace {

namespace jobs = gophercap::jobs;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(static_cast<const char*>(static_cast<const void*>(data)), size);
  gophercap::replay::Control control;
  control.begin({}, [] { return gophercap::replay::EngineProgress{.packets_sent = 1}; });
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::string answer = jobs::answer_control_line(line, control);
    // Whatever was asked, the answer is one line that ctl understands.
    require(answer.find('\n') == answer.size() - 1);
    const auto parsed =
        jobs::parse_control_answer(std::string_view(answer).substr(0, answer.size() - 1));
    require(parsed && parsed->ok == parsed->error.empty());
    require(parsed->ok == jobs::parse_control_line(line).has_value() || !parsed->ok);
    (void)jobs::parse_control_answer(line);
  }
  return 0;
}
