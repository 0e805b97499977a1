// The two mixtures and their gradients, loop for loop as their functions in Python.
#include <algorithm>
#include <cmath>
#include <vector>

extern "C" double gmm_vjp(const double *alphas, const double *means, const double *factors, const double *x,
                          double *alphas_bar, double *means_bar, double *factors_bar, long n, long d, long k) {
    std::vector<double> scale(k * d), norms(k), weights(k), centred(k * d), z(k * d), terms(k);
    std::fill_n(means_bar, k * d, 0.0);
    std::fill_n(factors_bar, k * d * d, 0.0);
    double total = 0.0;
    for (long c = 0; c < k; c++)
        for (long a = 0; a < d; a++) {
            const double *row = factors + (c * d + a) * d;
            const double s = scale[c * d + a] = std::exp(row[a]);
            norms[c] += row[a];
            total -= 0.5 * s * s;
            for (long b = 0; b < a; b++) total -= 0.5 * row[b] * row[b];
        }
    for (long i = 0; i < n; i++) {
        double largest = -1e300;
        for (long c = 0; c < k; c++) {
            double *at = &centred[c * d];
            for (long a = 0; a < d; a++) at[a] = x[i * d + a] - means[c * d + a];
            double square = 0.0;
            for (long a = 0; a < d; a++) {
                const double *row = factors + (c * d + a) * d;
                double t = scale[c * d + a] * at[a];
                for (long b = 0; b < a; b++) t += row[b] * at[b];
                z[c * d + a] = t;
                square += t * t;
            }
            terms[c] = alphas[c] + norms[c] - 0.5 * square;
            largest = std::max(largest, terms[c]);
        }
        double s = 0.0;
        for (long c = 0; c < k; c++) s += terms[c] = std::exp(terms[c] - largest);
        total += std::log(s) + largest;
        for (long c = 0; c < k; c++) {
            const double w = terms[c] / s;
            const double *at = &centred[c * d];
            double *mean_bar = means_bar + c * d;
            weights[c] += w;
            for (long a = 0; a < d; a++) {
                const double *row = factors + (c * d + a) * d;
                double *row_bar = factors_bar + (c * d + a) * d;
                const double z_bar = w * z[c * d + a];
                row_bar[a] -= z_bar * at[a];
                mean_bar[a] += z_bar * scale[c * d + a];
                for (long b = 0; b < a; b++) {
                    row_bar[b] -= z_bar * at[b];
                    mean_bar[b] += z_bar * row[b];
                }
            }
        }
    }
    double s = 0.0;
    for (long c = 0; c < k; c++) s += std::exp(alphas[c]);
    for (long c = 0; c < k; c++) {
        alphas_bar[c] = weights[c] - n * std::exp(alphas[c]) / s;
        for (long a = 0; a < d; a++) {
            const double *row = factors + (c * d + a) * d;
            double *row_bar = factors_bar + (c * d + a) * d;
            row_bar[a] = (row_bar[a] - scale[c * d + a]) * scale[c * d + a] + weights[c];
            for (long b = 0; b < a; b++) row_bar[b] -= row[b];
        }
    }
    return total - n * std::log(s);
}

extern "C" double gmm_diagonal_vjp(const double *alphas, const double *means, const double *logs, const double *x,
                                   double *alphas_bar, double *means_bar, double *logs_bar, long n, long d, long k) {
    std::vector<double> scale(k * d), z(k * d), terms(k);
    std::fill_n(alphas_bar, k, 0.0);
    std::fill_n(means_bar, k * d, 0.0);
    std::fill_n(logs_bar, k * d, 0.0);
    for (long c = 0; c < k * d; c++) scale[c] = std::exp(logs[c]);
    double total = 0.0;
    for (long i = 0; i < n; i++) {
        double largest = -1e300;
        for (long c = 0; c < k; c++) {
            double t = alphas[c];
            for (long j = 0; j < d; j++) {
                const double at = z[c * d + j] = (x[i * d + j] - means[c * d + j]) * scale[c * d + j];
                t += logs[c * d + j] - 0.5 * at * at;
            }
            terms[c] = t;
            largest = std::max(largest, t);
        }
        double s = 0.0;
        for (long c = 0; c < k; c++) s += terms[c] = std::exp(terms[c] - largest);
        total += std::log(s) + largest;
        for (long c = 0; c < k; c++) {
            const double w = terms[c] / s;
            alphas_bar[c] += w;
            for (long j = 0; j < d; j++) {
                const double at = z[c * d + j];
                means_bar[c * d + j] += w * at * scale[c * d + j];
                logs_bar[c * d + j] += w * (1.0 - at * at);
            }
        }
    }
    return total;
}
