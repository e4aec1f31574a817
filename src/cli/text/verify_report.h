// The result of verify as text: which packets of a replay arrived, and when.
#pragma once

#include <string>

#include "cli/text/text_options.h"
#include "verify/verify_result.h"

namespace gophercap::cli {

std::string verify_report(const verify::VerifyResult& result, const TextOptions& options);

}  // namespace gophercap::cli
